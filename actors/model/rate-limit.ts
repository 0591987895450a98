const day = 86_400_000

/** When nobody says when: most limits are by the minute. */
const usualWaitMs = 60_000

/** The longest limit there is, by the month. What is told beyond that is told wrongly. */
const longestWaitMs = 31 * day

/** When a request that met a rate limit is worth repeating. Milliseconds since 1970, as `at`. */
export function resetOf(headers: Headers, at: number): number {
  const waits = [explicitWait(headers, at), exhaustedWait(headers, at)]
  const wait = waits.find((found) => found !== undefined) ?? usualWaitMs
  return at + Math.min(Math.max(Math.ceil(wait), 1), longestWaitMs)
}

/** `Retry-After` in milliseconds, in seconds or as a date. */
export function explicitWait(headers: Headers, at: number): number | undefined {
  const milliseconds = numberIn(headers.get('retry-after-ms'))
  if (milliseconds !== undefined) return milliseconds
  const text = headers.get('retry-after')
  const seconds = numberIn(text)
  if (seconds !== undefined) return seconds * 1000
  const date = Date.parse(text ?? '')
  return Number.isNaN(date) ? undefined : date - at
}

/** The reset of what is used up; where nothing is said to be (one request was too large for the rest), the latest one. */
function exhaustedWait(headers: Headers, at: number): number | undefined {
  const limits = ['-requests', '-tokens', ''].map((of) => ({
    left: numberIn(headers.get(`x-ratelimit-remaining${of}`)),
    wait: waitIn(headers.get(`x-ratelimit-reset${of}`), at),
  }))
  const known = limits.filter((limit): limit is { left: number | undefined; wait: number } => limit.wait !== undefined)
  const exhausted = known.filter(({ left }) => left !== undefined && left <= 0)
  const waits = (exhausted.length > 0 ? exhausted : known).map(({ wait }) => wait)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

/** A duration (`1m30.5s`, `20ms`), a date, seconds, or an instant in seconds or milliseconds since 1970. */
function waitIn(text: string | null, at: number): number | undefined {
  const number = numberIn(text)
  if (number !== undefined) return number > 1e12 ? number - at : number > 1e9 ? number * 1000 - at : number * 1000
  if (text === null) return undefined
  if (/^([\d.]+(ms|[dhms]))+$/.test(text))
    return [...text.matchAll(/([\d.]+)(ms|[dhms])/g)].reduce((sum, [, n, unit]) => sum + Number(n) * units[unit!]!, 0)
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : date - at
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: day }

const numberIn = (text: string | null): number | undefined =>
  text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
