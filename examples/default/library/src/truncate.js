/** At most `length` characters of the text. */
export function truncate(text, length) {
  return text.slice(0, length)
}
