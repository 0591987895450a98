const distance = (one: string, other: string): number => {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const row = [i]
    for (let j = 1; j <= other.length; j++) {
      const change = previous[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)
      row.push(Math.min(change, previous[j]! + 1, row[j - 1]! + 1))
    }
    previous = row
  }
  return previous[other.length]!
}

/** The candidate that was probably meant: at most two letters, or a third of the word, away. */
export const closest = (word: string, candidates: Iterable<string>): string | undefined => {
  let best: { candidate: string; away: number } | undefined
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > Math.max(2, word.length / 3)) continue
    const away = distance(word.toLowerCase(), candidate.toLowerCase())
    if (away <= Math.max(2, word.length / 3) && away < (best?.away ?? Infinity)) best = { candidate, away }
  }
  return best?.candidate
}

/** `closest` as a problem's suggestion: an object to spread, empty when nothing is near. */
export const didYouMean = (word: string, candidates: Iterable<string>): { suggestion?: string } => {
  const found = closest(word, candidates)
  return found === undefined ? {} : { suggestion: `did you mean "${found}"?` }
}
