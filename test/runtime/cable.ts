import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'

export type Cable = {
  /** The database's URL by way of this cable. */
  url: string
  /** From now on answers are swallowed on every connection that sends a statement with this text. */
  swallowAnswersTo(text: string): void
  /** Cuts the client's side of all connections; the server is not told unless `tellServer`. */
  cut(options?: { tellServer?: boolean }): void
  close(): Promise<void>
}

/** A TCP connection to the server that can be cut, as networks are. */
export async function createCable(databaseUrl: string): Promise<Cable> {
  const target = new URL(databaseUrl)
  const clients = new Set<Socket>()
  const servers = new Set<Socket>()
  let secret: string | undefined
  const listener = createServer((client) => {
    const server = connect(Number(target.port), target.hostname)
    let deaf = false
    clients.add(client)
    servers.add(server)
    client.on('data', (bytes) => {
      if (secret !== undefined && bytes.includes(secret)) deaf = true
      server.write(bytes)
    })
    server.on('data', (bytes) => deaf || client.write(bytes))
    server.on('close', () => client.destroy())
    client.on('end', () => server.end())
    for (const socket of [client, server]) socket.on('error', () => {})
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = new URL(databaseUrl)
  url.port = String((listener.address() as AddressInfo).port)
  const cut = ({ tellServer = false } = {}) => {
    secret = undefined
    for (const socket of [...clients, ...(tellServer ? servers : [])]) socket.destroy()
    clients.clear()
  }
  const close = async () => {
    cut({ tellServer: true })
    listener.close()
    await once(listener, 'close')
  }
  return { url: url.href, swallowAnswersTo: (text) => void (secret = text), cut, close }
}
