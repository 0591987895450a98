import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'

/** A free port of 127.0.0.1: the one used before if nobody took it, so that open pools find the server again. */
export async function findFreePort(record: string): Promise<number> {
  const port = (await claim(readRecord(record))) ?? (await claim(0))
  if (!port) throw new Error('no port of 127.0.0.1 is free')
  writeFileSync(record, String(port))
  return port
}

function readRecord(record: string): number {
  try {
    const port = Number(readFileSync(record, 'utf8'))
    return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : 0
  } catch {
    return 0
  }
}

function claim(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : undefined))
    })
  })
}
