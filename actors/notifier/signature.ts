import { createHmac } from 'node:crypto'

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md asks for 24 to 64 bytes. */
const bytes = { least: 24, most: 64 }

/** The keys in a variable: one, or while it is exchanged several, with spaces between. null: it holds something else. */
export function keysIn(secrets: string): Buffer[] | null {
  const words = secrets.split(/\s+/).filter(Boolean)
  const keys = words.map((word) => Buffer.from(word.replace(/^whsec_/, ''), 'base64'))
  const sound = keys.every(
    (key, index) =>
      /^whsec_[A-Za-z0-9+/]+={0,2}$/.test(words[index] ?? '') && key.length >= bytes.least && key.length <= bytes.most,
  )
  return sound && keys.length > 0 ? keys : null
}

/** The header `webhook-signature` of Standard Webhooks 1.0, one signature per key. */
export const signatureOf = (keys: readonly Buffer[], message: { id: string; seconds: number; body: string }): string =>
  keys
    .map((key) => createHmac('sha256', key).update(`${message.id}.${message.seconds}.${message.body}`).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ')
