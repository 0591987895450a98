/** For reservations, so rather too many: source code has 3 to 4 bytes a token in the tokenizers of today. */
const bytesPerToken = 3.5

/** Estimated tokens of a text, or of what is sent as JSON. */
export const tokensOf = (value: unknown): number =>
  Math.ceil(Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value)) / bytesPerToken)
