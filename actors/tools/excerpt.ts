import { stripVTControlCharacters } from 'node:util'

/** Errors stand at the beginning of an output or at its end. */
const headBytes = 8000
const tailBytes = 16_000

/** Keeps the beginning and the end of an output, whatever its length. */
export function openExcerpt() {
  let bytes = 0
  let head: Buffer = Buffer.alloc(0)
  let tail: Buffer = Buffer.alloc(0)
  return {
    write: (chunk: Buffer) => {
      bytes += chunk.length
      const room = Math.max(0, headBytes - head.length)
      if (room > 0) head = Buffer.concat([head, chunk.subarray(0, room)])
      const rest = chunk.subarray(room)
      if (rest.length > 0) tail = Buffer.from(Buffer.concat([tail, rest.subarray(-tailBytes)]).subarray(-tailBytes))
    },
    text: (): string => {
      const left = bytes - head.length - tail.length
      return left === 0
        ? readable(Buffer.concat([head, tail]))
        : `${readable(head)}\n[${left} bytes left out]\n${readable(tail)}`
    },
  }
}

const readable = (bytes: Buffer): string =>
  stripVTControlCharacters(bytes.toString('utf8'))
    .replace(/\r\n?/g, '\n')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '')
