import { closeSync, existsSync, ftruncateSync, openSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import type { ContentRef, Message } from '../../machines/index.ts'
import { readConversation } from '../content.ts'
import type { Redact } from '../redaction.ts'
import type { Surroundings } from '../surroundings.ts'
import type { RecordedTurn } from './records.ts'

/** As much as is kept of what other executors print. */
const maxBytes = 20 * 1024 * 1024

/** Adds a turn to the transcript, at once, so that it can be followed. Repeated after a crash it stands there once. */
export function noteDown(file: string, turn: RecordedTurn, messages: readonly Message[], redact: Redact) {
  const at = turn.note(existsSync(file) ? statSync(file).size : 0)
  const text = Buffer.from(transcriptOf(messages, redact))
  const fd = openSync(file, existsSync(file) ? 'r+' : 'wx', 0o600)
  try {
    ftruncateSync(fd, at)
    if (at + text.length <= maxBytes) writeSync(fd, text, 0, text.length, at)
  } finally {
    closeSync(fd)
  }
}

/** Writes the transcript of a whole conversation in the place of what was noted down turn by turn. Gives its text. */
export async function writeTranscript(
  { home, redact }: Pick<Surroundings, 'home' | 'redact'>,
  file: string,
  conversation: ContentRef,
): Promise<string> {
  const { messages } = await readConversation(home, conversation)
  const text = transcriptOf(messages, redact).slice(-maxBytes)
  writeFileSync(`${file}.part`, text, { mode: 0o600 })
  renameSync(`${file}.part`, file)
  return text
}

// It is read in terminals: what a model wrote must not command them.
const transcriptOf = (messages: readonly Message[], redact: Redact): string =>
  redact(messages.map((message) => `${blockOf(message)}\n\n`).join('')).replaceAll(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '')

function blockOf(message: Message): string {
  switch (message.role) {
    case 'assistant': {
      const calls = message.toolCalls.map(({ name, arguments: asked }) => `-> ${name} ${asked}`)
      return ['## agent', ...(message.content ? [message.content] : []), ...calls].join('\n')
    }
    case 'tool':
      return `## result\n${message.content}`
    default:
      return `## ${message.role}\n${message.content}`
  }
}
