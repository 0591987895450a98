// An HTTP server that takes notices: keeps what came, answers as the test says.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string }
/** A status, or whatever the test wants to do with the answer. */
export type Reply = number | ((response: ServerResponse, received: Received) => void)

export type Receiver = {
  /** `http://127.0.0.1:<port>` */
  url: string
  /** `127.0.0.1:<port>` */
  host: string
  received: Received[]
  /** For the next requests, in order; afterwards what `always` says, else 204. */
  reply(...replies: Reply[]): void
  always(reply: Reply): void
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  const replies: Reply[] = []
  let usual: Reply = 204
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url: path = '', headers } = request
      const one = { method, path, headers, body }
      received.push(one)
      const reply = replies.shift() ?? usual
      if (typeof reply === 'number') response.writeHead(reply).end()
      else reply(response, one)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}`,
    host,
    received,
    reply: (...more) => void replies.push(...more),
    always: (reply) => {
      usual = reply
    },
    close: () => close(server),
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
