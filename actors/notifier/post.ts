import { lookup } from 'node:dns'
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestSecure } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPublic } from './address.ts'

/** The name leads to an address that is not to be reached. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden'
}

export type Post = {
  url: URL
  headers: Record<string, string>
  body: string
  /** Addresses of this machine and of private networks are fine too. */
  privateToo: boolean
  signal: AbortSignal
}

export type Answer = { status: number; retryAfter: string | undefined }

/** Sends a POST and gives the status of its answer. Redirects are not followed; the answer's body is not read. */
export function post({ url, headers, body, privateToo, signal }: Post): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // For a literal address nothing is looked up.
  if (isIP(host) !== 0 && !privateToo && !isPublic(host)) return Promise.reject(forbidden(host))
  const request = url.protocol === 'https:' ? requestSecure : requestPlain
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    // No connection is kept, and no proxy of the environment's is used: it would resolve the name once more.
    agent: false,
    signal,
    lookup: checkedLookup(privateToo),
  }
  return new Promise((resolve, reject) => {
    request(url, options, (answer: IncomingMessage) => {
      resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] })
      answer.destroy()
    })
      .on('error', reject)
      .end(body)
  })
}

const forbidden = (address: string) => new AddressForbidden(`${address} is no public address`)

/** The connection is made to the very addresses that were looked at: a name that changes its mind gains nothing. */
const checkedLookup =
  (privateToo: boolean): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const wrong = privateToo ? undefined : addresses.find(({ address }) => !isPublic(address))
      if (wrong) return callback(forbidden(wrong.address), [])
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      callback(null, first?.address ?? '', first?.family)
    })
  }
