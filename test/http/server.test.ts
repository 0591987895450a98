import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveHttp, type HttpServer } from '../../http/index.ts'
import { directive, openApi, type Api } from './api.ts'

let api: Api
let server: HttpServer
beforeAll(async () => {
  api = await openApi()
  server = await serveHttp({ runtime: api.runtime, tokenHash: api.tokenHash, hosts: ['adjutant.example'] })
})
afterAll(async () => {
  await server.close()
  await api.close()
})

const headers = () => ({ authorization: `Bearer ${api.token}`, 'content-type': 'application/json' })

/** Writes bytes to the socket as they stand; resolves with all that came back. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1')
  socket.end(bytes)
  return text(socket)
}

test('a directive is created and started over a socket', async () => {
  const body = JSON.stringify(directive({ autonomy: 'manual' }))
  const created = await fetch(`${server.url}/v1/directives`, { method: 'POST', headers: headers(), body })
  expect(created.status).toBe(201)
  const started = await fetch(`${server.url}${created.headers.get('location')}/start`, {
    method: 'POST',
    headers: headers(),
  })
  expect([started.status, ((await started.json()) as any).state]).toEqual([200, 'planning'])
})

test('it listens on this machine only, unless told otherwise', () => {
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`)
})

test('its own names with its port and configured ones are answered to, others not', async () => {
  const status = async (host: string) => {
    const answer = await raw(`GET /healthz HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    return Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1])
  }
  const { port } = server
  for (const host of [
    `127.0.0.1:${port}`,
    `localhost:${port}`,
    `LOCALHOST:${port}`,
    `[::1]:${port}`,
    'adjutant.example',
  ])
    expect([host, await status(host)]).toEqual([host, 200])
  for (const host of ['127.0.0.1', `127.0.0.1:${port + 1}`, `evil.example:${port}`, `127.0.0.1.evil.example:${port}`])
    expect([host, await status(host)]).toEqual([host, 421])
})

test('what is no request at all gets a clear answer', async () => {
  expect(await raw('GET / HTTP/1.1\r\nhost: a b\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 400/)
  expect(await raw('GET / HTTP/1.1\r\nconnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 400/)
})

test('a body that grows past 1 MB without having said so is cut off', async () => {
  const outgoing = request(`${server.url}/v1/directives`, { method: 'POST', headers: headers() })
  const answered = once(outgoing, 'response')
  outgoing.on('error', () => {})
  for (let i = 0; i < 20; i++) outgoing.write(Buffer.alloc(100_000, ' '))
  const [response] = await answered
  expect(response.statusCode).toBe(413)
  expect(JSON.parse(await text(response)).code).toBe('body.too_large')
  outgoing.destroy()
})

test('a body that is announced as too large is refused before it comes', async () => {
  const outgoing = request(`${server.url}/v1/directives`, {
    method: 'POST',
    headers: { ...headers(), 'content-length': '99999999' },
  })
  outgoing.on('error', () => {})
  outgoing.flushHeaders()
  const [response] = await once(outgoing, 'response')
  expect(response.statusCode).toBe(413)
  outgoing.destroy()
})

test('a chunked body is read whole', async () => {
  const outgoing = request(`${server.url}/v1/directives`, { method: 'POST', headers: headers() })
  const body = JSON.stringify(directive())
  outgoing.write(body.slice(0, 20))
  outgoing.end(body.slice(20))
  const [response] = await once(outgoing, 'response')
  expect(response.statusCode).toBe(201)
  response.resume()
})

test('a port that is taken is told by its code', async () => {
  const again = serveHttp({ runtime: api.runtime, tokenHash: api.tokenHash, port: server.port })
  await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('closing ends it although a client keeps its connection open', async () => {
  const other = await serveHttp({ runtime: api.runtime, tokenHash: api.tokenHash })
  const idle = connect(other.port, '127.0.0.1')
  await once(idle, 'connect')
  await fetch(`${other.url}/healthz`)
  const ended = once(idle.resume(), 'close')
  await other.close(100)
  await ended
  await expect(fetch(`${other.url}/healthz`)).rejects.toThrow()
  await other.close()
})
