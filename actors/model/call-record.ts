import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Cost, Instant, ModelOutput } from '../../machines/index.ts'
import { writeDurably } from '../durable-file.ts'
import { safeName } from '../git/index.ts'

const Sending = z.strictObject({
  attempt: z.number().int().positive(),
  at: Instant,
  /** null: nobody knows how it ended. */
  end: z.strictObject({ code: z.string(), costs: z.array(Cost) }).nullable(),
})

const Content = z.strictObject({ sendings: z.array(Sending), output: ModelOutput.nullable() })
type Content = z.infer<typeof Content>

/** Whose call it is. */
export type CallName = { home: string; directiveId: string; idempotencyKey: string }

/**
 * What is known of one call, on disk before it is sent and as soon as it is answered: the runtime learns of the answer
 * only later, and a process that dies in between must not pay twice.
 */
export type CallRecord = {
  /** The answer, if an attempt before got it. */
  output: ModelOutput | null
  /** What the attempts before cost. One that nobody knows the end of may have been charged for: unknown, not nothing. */
  costs: Cost[]
  /** How many attempts before are known to have failed. */
  failures: number
  begin(attempt: number, at: number): Promise<void>
  /** `costs`: of this attempt alone. */
  end(code: string, costs: Cost[], output?: ModelOutput): Promise<void>
}

export const callsFolder = (home: string, directiveId: string) => join(home, 'calls', safeName(directiveId))

const recordFile = ({ home, directiveId, idempotencyKey }: CallName) =>
  join(callsFolder(home, directiveId), `${createHash('sha256').update(idempotencyKey).digest('hex')}.json`)

export async function openRecord(name: CallName, model: string): Promise<CallRecord> {
  const { sendings, output } = await read(name)
  const write = (content: Content) => writeDurably(recordFile(name), JSON.stringify(content))
  const unknown: Cost = { model, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: null, source: 'unknown' }
  const now: Content['sendings'] = []
  return {
    output,
    costs: sendings.flatMap(({ end }) => end?.costs ?? [unknown]),
    failures: sendings.filter(({ end }) => end !== null).length,
    begin(attempt, at) {
      now.push({ attempt, at, end: null })
      return write({ sendings: [...sendings, ...now], output: null })
    },
    end: (code, costs, answer) =>
      write({
        sendings: [...sendings, ...now.map((sending) => ({ ...sending, end: { code, costs } }))],
        output: answer ?? null,
      }),
  }
}

async function read(name: CallName): Promise<Content> {
  try {
    return Content.parse(JSON.parse(await readFile(recordFile(name), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { sendings: [], output: null }
    throw error
  }
}
