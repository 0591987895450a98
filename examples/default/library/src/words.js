export function wordCount(text) {
  const words = text.match(/\S+/gu)
  return words ? words.length : 0
}
