import { stripVTControlCharacters } from 'node:util'
import type { Beat } from './coordinator.ts'

/** In one heartbeat: fits the body the API takes, also where every character is escaped. */
const pieceChars = 100_000
/** As of executors on the host. */
const mostBytes = 20 * 1024 * 1024
/** What is put out faster than it can be sent is dropped beyond this: memory is bounded. */
const mostWaiting = 2_000_000

/** What a command puts out, in pieces for heartbeats. A piece counts as sent only once it is. */
export class OutputReport {
  #offset: number
  #waiting = ''
  #line = ''
  #told = ''

  constructor(offset: number) {
    this.#offset = offset
  }

  hear(text: string): void {
    this.#line = lastLine(text) ?? this.#line
    if (this.#offset + this.#waiting.length < mostBytes && this.#waiting.length < mostWaiting) this.#waiting += text
  }

  get hasNews(): boolean {
    return this.#waiting !== ''
  }

  next(): Beat {
    const text = wholeCharacters(this.#waiting.slice(0, pieceChars))
    return {
      ...(text !== '' && { log: { offset: this.#offset, text } }),
      ...(this.#line !== this.#told && { message: this.#line }),
    }
  }

  sent({ log, message }: Beat): void {
    this.#told = message ?? this.#told
    // Two may have sent the same piece.
    if (log?.offset !== this.#offset) return
    this.#waiting = this.#waiting.slice(log.text.length)
    this.#offset += Buffer.byteLength(log.text)
  }
}

/** Not the first half of a surrogate pair at the end: its bytes would be others. */
const wholeCharacters = (text: string): string => (/[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text)

const lastLine = (text: string): string | undefined =>
  stripVTControlCharacters(text.slice(-2000))
    .replaceAll(/[\0-\x09\x0b-\x1f\x7f]/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '')
    ?.slice(0, 500)
