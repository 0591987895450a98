import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'

/** A TCP connection between one process and Postgres on which everything can happen that happens on networks. */
export type Wire = {
  /** The database's URL by way of this wire. */
  url: string
  /** `tellServer`: its side is closed, too; else it finds out when it writes. */
  cut(options: { tellServer: boolean }): void
  /** Answers are late by so many milliseconds; 0 again when it is over. */
  delay(ms: number): void
  /** Answers do not arrive until this is over; then everything is cut. */
  swallow(on: boolean): void
  close(): Promise<void>
}

type Pair = { client: Socket; server: Socket; deaf: boolean }

/** `portNow`: where the server listens by now, if it may have moved. */
export async function layWire(databaseUrl: string, portNow?: () => number): Promise<Wire> {
  const target = new URL(databaseUrl)
  const pairs = new Set<Pair>()
  let late = 0
  let swallowing = false
  const listener = createServer((client) => {
    const server = connect(portNow?.() || Number(target.port), target.hostname)
    const pair = { client, server, deaf: swallowing }
    pairs.add(pair)
    for (const socket of [client, server]) socket.on('error', () => {})
    client.on('data', (bytes) => server.write(bytes))
    server.on('data', (bytes) => {
      if (pair.deaf) return
      // Order is kept: of two timers of the same length the earlier fires first, and a shorter one waits for the longer.
      if (late > 0) setTimeout(() => client.write(bytes), late)
      else client.write(bytes)
    })
    server.on('close', () => client.destroy())
    client.on('close', () => {
      server.end()
      pairs.delete(pair)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const url = new URL(databaseUrl)
  url.port = String((listener.address() as AddressInfo).port)
  const cut = ({ tellServer }: { tellServer: boolean }) => {
    for (const { client, server } of pairs) {
      if (tellServer) server.destroy()
      client.destroy()
    }
    pairs.clear()
  }
  return {
    url: url.href,
    cut,
    delay(ms) {
      // What is still on its way would be overtaken: a network that recovers does not reorder.
      if (ms === 0 && late > 0) cut({ tellServer: false })
      late = ms
    },
    swallow(on) {
      swallowing = on
      for (const pair of pairs) pair.deaf = on
      if (!on) cut({ tellServer: false })
    },
    async close() {
      cut({ tellServer: true })
      listener.close()
      await once(listener, 'close')
    },
  }
}
