import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import { type Redact, redactedStream } from '../redaction.ts'

/** Where a process's output goes: a file up to a limit, and the end of it in memory. Never the whole in memory. */
export type OutputSink = {
  write(chunk: Buffer): void
  /** The last bytes as text, without control sequences. */
  tail(): string
  /** Everything received, also what the file no longer took. */
  bytes(): number
  close(): void
}

/** The same for text, with secrets taken out before it goes anywhere. Whole lines at a time: a secret may lie across chunks. */
export function withoutSecrets(sink: OutputSink, redact: Redact): OutputSink {
  const decoder = new StringDecoder('utf8')
  const stream = redactedStream(redact)
  const pass = (text: string) => {
    if (text !== '') sink.write(Buffer.from(text))
  }
  const flush = () => {
    pass(stream.push(decoder.end()))
    pass(stream.end())
  }
  return {
    ...sink,
    write: (chunk) => pass(stream.push(decoder.write(chunk))),
    tail() {
      flush()
      return sink.tail()
    },
    close() {
      flush()
      sink.close()
    },
  }
}

/** 20 MB of log is more than anyone reads, and small enough that a flood fills no disk. */
const defaultLogBytes = 20 * 1024 * 1024
const defaultTailBytes = 4000

export function openOutput(options: { path?: string; maxBytes?: number; tailBytes?: number }): OutputSink {
  const { maxBytes = defaultLogBytes, tailBytes = defaultTailBytes } = options
  const log = options.path === undefined ? undefined : openLog(options.path)
  let bytes = 0
  let end: Buffer = Buffer.alloc(0)
  return {
    write(chunk) {
      const room = maxBytes - bytes
      // Synchronous, so that the log is whole up to the moment of a crash; bounded by maxBytes in all.
      if (room > 0) log?.write(chunk.subarray(0, room))
      bytes += chunk.length
      end = lastBytes(end, chunk, tailBytes)
    },
    tail() {
      const problem = log?.problem()
      const note = problem ? `\n[the log ends early, it could not be written: ${problem}]` : ''
      return readable(end).slice(note === '' ? 0 : -(tailBytes - note.length)) + note
    },
    bytes: () => bytes,
    close() {
      if (bytes > maxBytes)
        log?.write(Buffer.from(`\n[${bytes - maxBytes} further bytes not kept; the end was:]\n${readable(end)}`))
      log?.close()
    },
  }
}

type Log = { write(bytes: Buffer): void; close(): void; problem(): string | undefined }

/**
 * Appends: a second attempt, or the second of several commands, does not erase what the first one said. A full disk is no
 * reason to end a process, whose work may be elsewhere: what cannot be written is left out, and said.
 */
function openLog(path: string): Log {
  let file: number | undefined
  let problem: string | undefined
  const attempt = (act: () => void) => {
    try {
      if (problem === undefined) act()
    } catch (error) {
      problem = (error as NodeJS.ErrnoException).code ?? String(error)
    }
  }
  attempt(() => {
    mkdirSync(dirname(path), { recursive: true })
    file = openSync(path, 'a', 0o600)
  })
  return {
    write: (bytes) =>
      attempt(() => {
        // On a disk that is nearly full a part is taken.
        for (let at = 0; at < bytes.length;) at += writeSync(file as number, bytes, at)
      }),
    close: () => void (file !== undefined && closeSync(file)),
    problem: () => problem,
  }
}

function lastBytes(before: Buffer, chunk: Buffer, limit: number): Buffer {
  if (chunk.length >= limit) return Buffer.from(chunk.subarray(chunk.length - limit))
  const joined = Buffer.concat([before, chunk])
  return joined.length > limit ? joined.subarray(joined.length - limit) : joined
}

/** Text as people and JSON can take it: no control sequences, no NUL, no half character at its start. */
function readable(bytes: Buffer): string {
  let start = 0
  while (start < bytes.length && start < 4 && ((bytes[start] as number) & 0xc0) === 0x80) start++
  const text = stripVTControlCharacters(bytes.subarray(start).toString('utf8'))
  return text.replace(/\r\n?/g, '\n').replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g, '')
}
