import { StringDecoder } from 'node:string_decoder'
import { openOutput, type OutputStream } from '../../process/index.ts'
import { type Redact, redactedStream } from '../../redaction.ts'
import type { Heard, Protocol } from './protocol.ts'

/** A longer one is no event of any agent's. */
const longestLine = 8 * 1024 * 1024

// It becomes an argument of the agent's when it is resumed: never one that could be taken for an option, or for more.
const isSession = /^[A-Za-z0-9][\w.:-]{0,199}$/

type Ended = Extract<Heard, { type: 'ended' }>

export type Listening = {
  /** Takes what was printed. Whether it was progress: something carried out that was not carried out before. */
  hear(chunk: Buffer, stream: OutputStream): boolean
  /** To be called once, when nothing more comes. */
  finish(): Listened
}

export type Listened = {
  session: string | null
  ended: Ended | null
  /** How much it has carried out. */
  deeds: number
  lastWords: string
  log: { bytes: number; tail: string }
}

type Options = {
  protocol: Protocol
  logPath: string
  protocolPath: string
  redact: Redact
  /** What is written to the log, as it is written. */
  onLog: (text: Buffer) => void
  onSession: (session: string) => void
}

/**
 * Reads what an agent prints: its protocol from the standard output, kept as it came in `protocolPath`; and a log for
 * people, with the words and deeds of it and the standard error. Both without secrets, and limited in size.
 */
export function listen(options: Options): Listening {
  const { protocol, redact } = options
  const log = cleanFile(options.logPath, redact, options.onLog)
  const raw = protocol.tellsEnd ? cleanFile(options.protocolPath, redact) : undefined
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  const splitter = lineSplitter()
  const account = accountOf(options.onSession)
  const hearLines = (lines: readonly string[]): boolean => {
    const before = account.deeds()
    log.write(lines.flatMap((line) => protocol.hear(line).map(account.take)).join(''))
    return account.deeds() > before
  }
  return {
    hear(chunk, stream) {
      const text = decoders[stream].write(chunk)
      if (stream === 'stdout') raw?.write(text)
      else log.write(text)
      return stream === 'stdout' && hearLines(splitter.push(text))
    },
    finish() {
      hearLines(splitter.end())
      raw?.finish()
      return { ...account.known(), log: log.finish() }
    },
  }
}

/** What is known by now of what was heard. `take` gives the line for the log. */
function accountOf(onSession: (session: string) => void) {
  const marks = new Set<string>()
  const known = { session: null as string | null, ended: null as Ended | null, lastWords: '' }
  return {
    deeds: () => marks.size,
    known: () => ({ ...known, deeds: marks.size }),
    take(heard: Heard): string {
      if (heard.type === 'session' && isSession.test(heard.session) && heard.session !== known.session)
        onSession((known.session = heard.session))
      if (heard.type === 'ended') known.ended = heard
      if (heard.type === 'said') known.lastWords = heard.text
      if (heard.type === 'did') marks.add(heard.mark)
      return lineFor(heard)
    },
  }
}

/** A file of limited size that secrets are taken out of before they reach it. */
function cleanFile(path: string, redact: Redact, told: (text: Buffer) => void = () => undefined) {
  const file = openOutput({ path })
  const clean = redactedStream(redact)
  const pass = (text: string) => {
    if (text === '') return
    const bytes = Buffer.from(text)
    file.write(bytes)
    told(bytes)
  }
  return {
    write: (text: string) => pass(clean.push(text)),
    finish() {
      pass(clean.end())
      file.close()
      return { bytes: file.bytes(), tail: file.tail() }
    },
  }
}

function lineFor(heard: Heard): string {
  if (heard.type === 'did') return `> ${heard.text}\n`
  if (heard.type === 'said') return `${heard.text}\n`
  return heard.type === 'ended' && heard.problem !== null ? `! ${heard.problem.reason}\n` : ''
}

function lineSplitter() {
  let waiting = ''
  const hold = (text: string) => {
    waiting = waiting.length + text.length > longestLine ? '' : waiting + text
  }
  return {
    push(text: string): string[] {
      // Only what is new is searched: a flood without an end of line must not cost more and more.
      const [first = '', ...more] = text.split('\n')
      hold(first)
      if (more.length === 0) return []
      const lines = [waiting, ...more.slice(0, -1)]
      waiting = ''
      hold(more.at(-1) as string)
      return lines
    },
    end(): string[] {
      const rest = waiting
      waiting = ''
      return rest === '' ? [] : [rest]
    },
  }
}
