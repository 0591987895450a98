import { createHash, randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { newSystemId } from '../runtime/index.ts'
import { Problem } from './problem.ts'

/** The request's `Idempotency-Key` (1 to 255 visible ASCII characters; the draft's quotes are optional), if it has one. */
export function idempotencyKeyOf(c: Context): string | undefined {
  const header = c.req.header('idempotency-key')
  if (header === undefined) return undefined
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem(400, 'idempotency_key.malformed', 'An Idempotency-Key has 1 to 255 visible ASCII characters')
  }
  return key
}

/**
 * A new directive's id: one that sorts by time; under a key one that is made of the key (a UUID of version 8), so that the
 * same request finds what it made before. Lists sort by id: those made under a key stand anywhere.
 */
export function directiveIdFor(key: string | undefined): string {
  if (key === undefined) return newSystemId()
  const bytes = createHash('sha256').update(`POST /v1/directives ${key}`).digest()
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}

/** A keyed send is repeated by the runtime when its fate is unknown, so a request without a key gets one of its own. */
export const sendKeyFor = (key: string | undefined): string =>
  key === undefined ? `once:${randomUUID()}` : `http:${key}`

export const keyReused = (): Problem =>
  new Problem(422, 'idempotency_key.reused', 'This Idempotency-Key came before, with a different request')
