import { closest } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { Refusal } from './refusal.ts'

export type Row = Awaited<ReturnType<Runtime['list']>>[number]

/** A time-ordered id needs its first two groups to be told from its neighbours; others are shown whole. */
export const short = (id: string): string => (/^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) ? id.slice(0, 13) : id)

type Filter = { key?: string; systemId?: string }

const pageSize = 1000

/** Every row of a kind. */
export async function allRows(runtime: Runtime, kind: string, filter: Filter = {}): Promise<Row[]> {
  const rows: Row[] = []
  let after: string | undefined
  for (;;) {
    const page: Row[] = await runtime.list(kind, { ...filter, limit: pageSize, ...(after !== undefined && { after }) })
    rows.push(...page)
    const last = page.at(-1)
    if (!last || page.length < pageSize) return rows
    after = `${last.systemId}/${last.address}`
  }
}

/** The directive whose id is, or begins with, what was typed. Refused when there is none or more than one. */
export async function directiveId(runtime: Runtime, typed: string): Promise<string> {
  const ids = [...new Set((await allRows(runtime, 'directive')).map(({ systemId }) => systemId))]
  return uniquePrefix('directive', typed, ids)
}

/** The id that is, or begins with, what was typed. */
export function uniquePrefix(noun: string, typed: string, ids: readonly string[]): string {
  if (ids.includes(typed)) return typed
  const matching = ids.filter((id) => id.startsWith(typed))
  if (matching.length === 1) return matching[0]!
  if (matching.length > 1) {
    const some = matching.slice(0, 5).join(', ')
    throw new Refusal(`${noun.replace(' ', '_')}.ambiguous`, `${matching.length} ${noun}s begin with "${typed}"`, {
      advice: `type more of it: ${some}${matching.length > 5 ? ', …' : ''}`,
    })
  }
  const near = closest(typed, ids)
  if (noun === 'step' && !near) {
    const names = ids.slice(0, 8).join(', ') + (ids.length > 8 ? ', …' : '')
    throw new Refusal('step.not_found', `there is no step ${typed}`, {
      advice: `the steps are: ${names || 'none yet'}`,
    })
  }
  const lists = { approval: 'approvals', 'parked system': 'unpark' }[noun] ?? 'list'
  const advice = near ? `did you mean ${near}?` : `\`adjutant ${lists}\` shows what there is`
  throw new Refusal(`${noun.replace(' ', '_')}.not_found`, `there is no ${noun} ${typed}`, { advice })
}

/** `<directive>:<address with colons>`: what an approval is called outside. Actor ids never hold a colon. */
export const approvalIdOf = ({ systemId, address }: Pick<Row, 'systemId' | 'address'>): string =>
  [systemId, ...address.split('/')].join(':')

export const shortApprovalId = (row: Pick<Row, 'systemId' | 'address'>): string =>
  approvalIdOf({ systemId: short(row.systemId), address: row.address })

/**
 * The approval that was meant: its id, its id with the directive's part shortened, or a directive that has just one that
 * waits.
 */
export async function findApproval(runtime: Runtime, typed: string): Promise<Row> {
  const [system = '', ...rest] = typed.split(':')
  const systemId = await directiveId(runtime, system)
  const rows = await allRows(runtime, 'approval', { systemId })
  if (rest.length > 0) {
    const id = [systemId, ...rest].join(':')
    const found = uniquePrefix('approval', id, rows.map(approvalIdOf))
    return rows.find((row) => approvalIdOf(row) === found)!
  }
  const waiting = rows.filter(({ key }) => key === 'pending')
  if (waiting.length === 1) return waiting[0]!
  const what =
    waiting.length === 0 ? 'no approval waits for an answer' : `${waiting.length} approvals wait for an answer`
  throw new Refusal(
    waiting.length === 0 ? 'approval.not_found' : 'approval.ambiguous',
    `${what} in ${short(systemId)}`,
    {
      advice:
        waiting.length === 0
          ? '`adjutant approvals` lists those of all directives'
          : waiting.map(shortApprovalId).join(', '),
    },
  )
}
