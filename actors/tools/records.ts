import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Recorded = z.strictObject({
  text: z.string(),
  line: z.string(),
  advanced: z.boolean(),
  delivered: z.string().nullable(),
  refused: z.boolean(),
})
/** What became of a call. */
export type Recorded = z.infer<typeof Recorded>

const Turn = z.strictObject({
  calls: z.array(Recorded),
  /** Of the next call: the SHA-256 of what a file was about to become. */
  begun: z.string().nullable(),
  /** Where the turn begins in the transcript, in bytes. */
  noted: z.number().int().nullable(),
})

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

export type RecordedTurn = ReturnType<typeof openTurn>

/** The calls of one turn that are done: an attempt after a crash carries out only the others. */
export function openTurn(folder: string, idempotencyKey: string) {
  const file = join(folder, 'turns', `${digest(idempotencyKey)}.json`)
  const turn = existsSync(file)
    ? Turn.parse(JSON.parse(readFileSync(file, 'utf8')))
    : { calls: [], begun: null, noted: null }
  const save = () => {
    mkdirSync(join(folder, 'turns'), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.part`, JSON.stringify(turn), { mode: 0o600 })
    renameSync(`${file}.part`, file)
  }
  return {
    calls: turn.calls as readonly Recorded[],
    begun: () => turn.begun,
    begin(sha256: string) {
      turn.begun = sha256
      save()
    },
    finish(call: Recorded) {
      turn.calls.push(call)
      turn.begun = null
      save()
    },
    /** Gives back what an attempt before a crash gave, else what is given now. */
    note(bytes: number): number {
      turn.noted ??= bytes
      save()
      return turn.noted
    },
  }
}

/** What this attempt of the contract has changed, run and looked at so far: doing it again gets nobody further. */
export function openMarks(folder: string) {
  const file = join(folder, 'marks')
  const known = new Set(existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [])
  return {
    isNew: (mark: string) => !known.has(digest(mark)),
    add(mark: string) {
      const line = digest(mark)
      if (known.has(line)) return
      known.add(line)
      appendFileSync(file, `${line}\n`, { mode: 0o600 })
    },
  }
}
