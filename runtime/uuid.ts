import { randomBytes } from 'node:crypto'

let last = 0n

/** A UUID of version 7 (RFC 9562): sorts by time, and within one process in the order of making. */
function uuidv7(now: number): string {
  const stamp = (BigInt(now) << 12n) | BigInt(randomBytes(1)[0] as number)
  last = stamp > last ? stamp : last + 1n
  const time = (last >> 12n).toString(16).padStart(12, '0')
  const counter = (last & 0xfffn).toString(16).padStart(3, '0')
  const random = randomBytes(8)
  random[0] = ((random[0] as number) & 0x3f) | 0x80
  const tail = random.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`
}

/** The id a system gets when none is given. */
export const newSystemId = (): string => uuidv7(Date.now())
