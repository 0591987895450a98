import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { ReportedCost } from '../../machines/index.ts'
import type { Redact } from '../redaction.ts'
import { beginningOf } from './outbox.ts'

/** In the outbox: a cost a line, as JSON, appended as it is incurred. */
const fileName = 'costs.jsonl'
const maxBytes = 1_000_000
/** Of `Spending` 500 fit; the last place is for the word that there are more. */
const maxCosts = 499

/** What is told of an attempt's costs; `problems`: of entries whose cost is therefore unknown. */
export type Told = { costs: ReportedCost[]; problems: string[] }

/**
 * Puts aside what an interrupted run of this attempt has written: the next one may write its file anew, and what was spent
 * stays spent. Entries keep their place in the order.
 */
export function putSpendingAside(attempt: string): void {
  const file = join(attempt, 'outbox', fileName)
  if (!existsSync(file)) return
  const aside = join(attempt, 'costs')
  mkdirSync(aside, { recursive: true })
  renameSync(file, join(aside, `${String(readdirSync(aside).length + 1).padStart(4, '0')}.jsonl`))
}

/** All that the attempt in this folder has spent by its outbox, over all its runs. */
export function spendingOf(attempt: string, options: { ended: boolean }): Told {
  const aside = join(attempt, 'costs')
  const earlier = existsSync(aside) ? readdirSync(aside).sort() : []
  return joined([
    ...earlier.map((name) => spendingIn(join(aside, name), { ended: true })),
    spendingIn(join(attempt, 'outbox', fileName), options),
  ])
}

/** What stands in an outbox of which there was one run only. */
export const spendingInOutbox = (outbox: string, options: { ended: boolean }): Told =>
  joined([spendingIn(join(outbox, fileName), options)])

function joined(told: readonly Told[]): Told {
  const costs = told.flatMap((each) => each.costs)
  const problems = told.flatMap((each) => each.problems)
  if (costs.length <= maxCosts) return { costs, problems }
  const problem = `${fileName} has more than ${maxCosts} entries: what the others cost is unknown`
  return { costs: [...costs.slice(0, maxCosts), unknown(problem)], problems: [...problems, problem] }
}

/** While it is being written, a line counts when it has its end. */
function spendingIn(file: string, { ended }: { ended: boolean }): Told {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats) return { costs: [], problems: [] }
  if (!stats.isFile()) return toldOf([unknown(`${fileName} is not a file`)])
  const lines = beginningOf(file, maxBytes).split('\n')
  const tooLong = stats.size > maxBytes
  const complete = ended && !tooLong ? lines : lines.slice(0, -1)
  const costs = complete.flatMap((line, index) => (line.trim() === '' ? [] : [entryFrom(line, index + 1)]))
  return toldOf(tooLong ? [...costs, unknown(`${fileName} is longer than 1 MB: what the rest says is unknown`)] : costs)
}

/** `source` is only set by ourselves. */
const toldOf = (costs: ReportedCost[]): Told => ({
  costs,
  problems: costs.flatMap(({ source, note }) => (source === 'unknown' ? [note as string] : [])),
})

function entryFrom(line: string, number: number): ReportedCost {
  const parsed = Line.safeParse(parse(line))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue!.path.length === 0 ? '' : `${issue!.path.join('.')}: `
  return unknown(`${fileName}, line ${number}: ${where}${issue!.message}`)
}

const Line = ReportedCost.omit({ source: true })

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

const unknown = (note: string): ReportedCost => ({
  model: null,
  tokens: { in: 0, out: 0, cached: 0, reasoning: 0 },
  usd: null,
  source: 'unknown',
  note: note.slice(0, 500),
})

/** Others read names of models, and notes. */
export const withoutSecrets =
  (redact: Redact) =>
  ({ note, model, ...cost }: ReportedCost): ReportedCost => ({
    ...cost,
    model: model === null ? null : redact(model),
    ...(note !== undefined && { note: redact(note).slice(0, 500) }),
  })
