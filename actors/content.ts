import { createHash } from 'node:crypto'
import { readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { ContentRef, ConversationPiece, type Message } from '../machines/index.ts'
import { ActivityFailure } from '../runtime/index.ts'
import { writeDurably } from './durable-file.ts'

/** A conversation put together from its pieces, the first one's words first. */
export type Conversation = {
  messages: Message[]
  /** Each from the latest piece that names any. */
  tools?: NonNullable<ConversationPiece['tools']>
  answer?: NonNullable<ConversationPiece['answer']>
}

export const contentFolder = (home: string) => join(home, 'content')

/** Where a content lies, whether it is there or not. */
export const contentFile = (home: string, sha256: string) => join(contentFolder(home), sha256.slice(0, 2), sha256)

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** Stores a JSON document; the same document twice is one file. Secrets are taken out by whoever calls. */
export async function putContent(home: string, value: unknown): Promise<ContentRef> {
  const text = JSON.stringify(value)
  const ref = { sha256: hashOf(text), bytes: Buffer.byteLength(text) }
  const path = contentFile(home, ref.sha256)
  // Compared, not only looked for: a file that somebody spoiled is made good again.
  const stored = await readFile(path, 'utf8').catch(() => undefined)
  if (stored !== text) await writeDurably(path, text)
  // `adjutant gc` spares what is new: nobody may speak of it yet.
  else await utimes(path, new Date(), new Date()).catch(() => writeDurably(path, text))
  return ref
}

/** Fails with `content.missing`, or `content.corrupt` when the file is not what was stored. */
export async function getContent(home: string, ref: ContentRef): Promise<unknown> {
  // A reference may come from a store somebody wrote to; it becomes a path here.
  const { sha256 } = ContentRef.parse(ref)
  const text = await readFile(contentFile(home, sha256), 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new ActivityFailure('content.missing', `the content ${sha256} is not in ${contentFolder(home)}`)
  })
  if (hashOf(text) !== sha256)
    throw new ActivityFailure('content.corrupt', `the content ${sha256} is not what was stored under this name`)
  return JSON.parse(text)
}

export const putPiece = (home: string, piece: ConversationPiece): Promise<ContentRef> =>
  putContent(home, ConversationPiece.parse(piece))

/** Reads a piece and all before it. */
export async function readConversation(home: string, ref: ContentRef): Promise<Conversation> {
  const pieces: ConversationPiece[] = []
  for (let next: ContentRef | null = ref; next !== null;) {
    const piece: ConversationPiece = ConversationPiece.parse(await getContent(home, next))
    pieces.unshift(piece)
    next = piece.parent
  }
  const tools = pieces.findLast((piece) => piece.tools)?.tools
  const answer = pieces.findLast((piece) => piece.answer)?.answer
  return { messages: pieces.flatMap(({ messages }) => messages), ...(tools && { tools }), ...(answer && { answer }) }
}
