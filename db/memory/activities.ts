import type { AttemptKey } from '../queries/run-activities.ts'
import type { Statement } from './statement.ts'
import {
  mailRow,
  ordered,
  parsed,
  uniqueViolation,
  type ActivityState,
  type MailboxRow,
  type Tables,
} from './tables.ts'

export const startActivities: Statement<'startActivities'> = (tables, { process, now, limit }) => {
  const due = [...tables.allActivities()].filter(({ status, runAt }) => status === 'queued' && runAt <= now)
  return ordered(due, ({ runAt }) => runAt)
    .slice(0, limit)
    .map((row) => {
      Object.assign(row, { status: 'running', attempt: row.attempt + 1, owner: process, heartbeatAt: tables.now() })
      const { systemId, incarnation, machine, version, src, input, attempt, lost } = row
      return { systemId, incarnation, machine, version, src, input: parsed(input) as unknown, attempt, lost }
    })
}

export const finishActivity: Statement<'finishActivity'> = (tables, attempt, { status, result, mail, event, now }) => {
  const row = current(tables, attempt)
  if (!row) return []
  const told = tell(tables, row, { id: mail, kind: 'result', due: now, event })
  Object.assign(row, { status, result, owner: null })
  return told
}

export const reportActivity: Statement<'reportActivity'> = (
  tables,
  attempt,
  { mail, kind, address, systemId, event, now },
) => {
  const row = current(tables, attempt)
  if (!row) return []
  const told = tell(tables, row, { id: mail, kind, due: now, address, sendId: systemId, event })
  row.heartbeatAt = tables.now()
  return told
}

export const confirmAttempts: Statement<'confirmAttempts'> = (tables, process, attempts) =>
  attempts.filter((attempt) => {
    const row = current(tables, attempt)
    if (row?.owner !== process) return false
    row.heartbeatAt = tables.now()
    return true
  })

export const requeueActivity: Statement<'requeueActivity'> = (tables, attempt, { runAt, lost }) => {
  const row = current(tables, attempt)
  if (!row) return []
  requeue(row, runAt, lost)
  return [{ status: 'queued' }]
}

export const requeueLostActivities: Statement<'requeueLostActivities'> = (tables, now) => {
  const lost = [...tables.allActivities()].filter(({ status, owner }) => status === 'running' && !tables.lives(owner))
  for (const row of lost) requeue(row, now, 1)
  return lost.map(({ systemId }) => ({ systemId }))
}

export const requeueForgottenActivities: Statement<'requeueForgottenActivities'> = (
  tables,
  { process, known, now },
) => {
  const isKnown = (row: ActivityState) =>
    known.some(({ systemId, incarnation }) => systemId === row.systemId && incarnation === row.incarnation)
  for (const row of tables.allActivities())
    if (row.status === 'running' && row.owner === process && !isKnown(row)) requeue(row, now, 1)
  return []
}

export const nextActivityAt: Statement<'nextActivityAt'> = (tables, now) => {
  const later = [...tables.allActivities()].filter(({ status, runAt }) => status === 'queued' && runAt > now)
  return [{ at: later.length ? Math.min(...later.map(({ runAt }) => runAt)) : null }]
}

function current(tables: Tables, { systemId, incarnation, attempt }: AttemptKey): ActivityState | undefined {
  const row = tables.shelf(systemId).activities.get(incarnation)
  return row?.attempt === attempt && row.status === 'running' ? row : undefined
}

const requeue = (row: ActivityState, runAt: number, lost: number) =>
  Object.assign(row, { status: 'queued', runAt, owner: null, lost: row.lost + lost })

type Told = Pick<MailboxRow, 'id' | 'kind' | 'due' | 'event'> & Partial<MailboxRow>

function tell(tables: Tables, { systemId, incarnation }: ActivityState, told: Told): { owner: string | null }[] {
  const system = tables.systems.get(systemId)
  if (!system) return []
  const { mailbox } = tables.shelf(systemId)
  if (mailbox.has(told.id)) throw uniqueViolation('mailbox')
  const held = system.status === 'parked'
  mailbox.set(told.id, mailRow({ ...told, systemId, incarnation, held, n: tables.nextArrival() }))
  return [{ owner: system.owner }]
}
