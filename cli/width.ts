const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

// Near enough to Unicode's East Asian Width, which regular expressions cannot ask for.
const wide =
  /\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\ufe0f|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u
const nothing = /^[\p{Mn}\p{Me}\p{Cf}]+$/u
const ascii = /^[\u0020-\u007e]*$/

const widthOfOne = (grapheme: string): number => (wide.test(grapheme) ? 2 : nothing.test(grapheme) ? 0 : 1)

/** Columns that text takes on a terminal; it must hold no control characters. */
export function width(text: string): number {
  if (ascii.test(text)) return text.length
  let columns = 0
  for (const { segment } of segmenter.segment(text)) columns += widthOfOne(segment)
  return columns
}

/** Cuts text to so many columns; what is cut ends with `…`. */
export function fit(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const { segment } of segmenter.segment(text)) {
    used += widthOfOne(segment)
    if (used > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** The end of a text, where there is no room for all of it: what somebody types is seen as it grows. */
export function fitEnd(text: string, columns: number): string {
  if (width(text) <= columns) return text
  const segments = [...segmenter.segment(text)].map(({ segment }) => segment)
  let used = 1
  let first = segments.length
  while (first > 0 && used + widthOfOne(segments[first - 1]!) <= columns) used += widthOfOne(segments[--first]!)
  return `…${segments.slice(first).join('')}`
}
