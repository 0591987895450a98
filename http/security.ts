import type { MiddlewareHandler } from 'hono'
import { isCourier } from '../machines/index.ts'
import { Problem } from './problem.ts'
import { roleOf } from './token.ts'
import type { TokenHashes } from './token.ts'

/** The names under which a loopback server on `port` may be addressed: exact, a prefix would let `127.0.0.1.evil` in. */
export const loopbackHosts = (port: number): string[] => {
  const names = ['127.0.0.1', 'localhost', '[::1]']
  return port === 80 ? names : names.map((name) => `${name}:${port}`)
}

/** Refuses names that are not ours: a page whose own name was made to resolve to this address (DNS rebinding). */
export function checkHost(hosts: readonly string[]): MiddlewareHandler {
  const allowed = new Set(hosts.map((host) => host.toLowerCase()))
  return async (c, next) => {
    const host = c.req.header('host')?.toLowerCase()
    if (!host || !allowed.has(host)) {
      throw new Problem(421, 'host.not_allowed', 'This server does not answer to that Host header')
    }
    await next()
  }
}

/** No id holds a NUL, and Postgres takes none in text: a URL with one names nothing. */
export const refuseNul: MiddlewareHandler = async (c, next) => {
  if (/%00|\0/.test(c.req.raw.url)) throw new Problem(404, 'route.not_found', 'There is nothing at this path')
  await next()
}

/** Systems that are no directives (a directive's courier) have no place under `/v1/directives`. */
export const refuseCouriers: MiddlewareHandler = async (c, next) => {
  if (isCourier(c.req.param('id') ?? '')) throw new Problem(404, 'system.not_found', 'There is no such directive')
  await next()
}

/** Requests of pages come from allowed origins only; command lines and services send no Origin. */
export function checkOrigin(origins: readonly string[]): MiddlewareHandler {
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()))
  return async (c, next) => {
    const origin = c.req.header('origin')?.toLowerCase()
    if (origin !== undefined && !allowed.has(origin)) {
      throw new Problem(403, 'origin.not_allowed', 'Requests from this Origin are not allowed')
    }
    await next()
  }
}

/** What is asked of a worker's token anywhere else is refused. */
const ofWorkers = /^\/v1\/contracts(\/|$)/

export function checkToken(hashes: TokenHashes): MiddlewareHandler {
  return async (c, next) => {
    const presented = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const role = presented === undefined ? null : roleOf(presented, hashes)
    if (role === null) {
      const challenge = `Bearer realm="adjutant"${presented === undefined ? '' : ', error="invalid_token"'}`
      throw new Problem(401, 'token.invalid', 'A valid bearer token is needed', {}, { 'www-authenticate': challenge })
    }
    if (role === 'worker' && !ofWorkers.test(c.req.path)) throw tokenInsufficient()
    c.set('role' as never, role as never)
    c.header('cache-control', 'no-store')
    await next()
  }
}

export const tokenInsufficient = () =>
  new Problem(403, 'token.insufficient', "This token is a worker's: it serves for contracts offered to workers only")
