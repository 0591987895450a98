import { once } from 'node:events'
import { createServer, STATUS_CODES } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'
import { createApp } from './app.ts'
import type { AppOptions } from './app.ts'
import { loopbackHosts } from './security.ts'

export type HttpServer = {
  /** `http://127.0.0.1:4000`, without a slash at the end. */
  url: string
  port: number
  /** Takes no further requests, lets open ones finish for `graceMs` (default 5,000), then cuts them. */
  close(graceMs?: number): Promise<void>
}

export type HttpOptions = Omit<AppOptions, 'hosts' | 'origins'> & {
  /** Default `127.0.0.1`: reachable from this machine only. */
  hostname?: string
  /** Default 0: any free one. */
  port?: number
  /** Further Host headers to answer to, with the port where it is not 80: `adjutant.example:8443`. */
  hosts?: string[]
  /** Further origins whose pages may call. */
  origins?: string[]
}

/** Serves the API over HTTP. Rejects with Node's error (`EADDRINUSE`, `EACCES`) when it cannot listen. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { hostname = '127.0.0.1', port: wanted = 0, hosts = [], origins = [], ...rest } = options
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 })
  server.listen(wanted, hostname)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // The allow-list names the port, so the app is made once it is known; no request is read before this turn ends.
  const allowedHosts = [...loopbackHosts(port), ...hosts]
  const allowedOrigins = [...allowedHosts.map((host) => `http://${host}`), ...origins]
  const app = createApp({ ...rest, hosts: allowedHosts, origins: allowedOrigins })
  const listener = getRequestListener(app.fetch, { errorHandler: answerUnrouted, overrideGlobalObjects: false })
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing))
  const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
  return { url, port, close: (graceMs = 5_000) => closeServer(server, graceMs) }
}

/** What never became a request (an impossible Host or target) gets the shape of every other problem. */
function answerUnrouted(error: unknown): Response {
  const known = error instanceof RequestError
  const status = known ? 400 : 500
  const body = {
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    code: known ? 'request.malformed' : 'server.defect',
  }
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } })
}

async function closeServer(server: ReturnType<typeof createServer>, graceMs: number): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearTimeout(cut)
}
