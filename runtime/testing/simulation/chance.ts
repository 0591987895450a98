/**
 * A number from 0 up to 1 that depends on nothing but the seed and the name of what is decided: taking one decision away
 * leaves all others as they were, so that a failing run can be shrunk.
 */
export function chance(seed: number, ...name: (string | number)[]): number {
  let hash = 0x811c9dc5 ^ seed
  for (const part of name) {
    const text = `${part}\u0000`
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return ((hash ^ (hash >>> 15)) >>> 0) / 4294967296
}

/** A UUID by the same rule. */
export function seededUuid(seed: number, ...name: (string | number)[]): string {
  const hex = [0, 1, 2, 3]
    .map((part) =>
      Math.floor(chance(seed, ...name, part) * 4294967296)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
