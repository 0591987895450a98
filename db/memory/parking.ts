import type { Statement } from './statement.ts'
import { mailRow, ordered, parsed, type Tables } from './tables.ts'

export const parkSystem: Statement<'parkSystem'> = (tables, { id, process, reason }) => {
  const system = tables.systems.get(id)
  if (system?.status !== 'active' || system.owner !== process) return []
  Object.assign(system, { status: 'parked', reason, owner: null })
  hold(tables, id)
  return []
}

export const holdMail: Statement<'holdMail'> = (tables, ids) => {
  for (const id of ids) if (tables.systems.get(id)?.status === 'parked') hold(tables, id)
  return []
}

export const unparkSystem: Statement<'unparkSystem'> = (tables, id) => {
  const system = tables.systems.get(id)
  if (system?.status !== 'parked') return []
  const failed = system.reason?.startsWith('{"code":"machine.failed",') ?? false
  Object.assign(system, { status: 'active', reason: null, owner: null })
  const { mailbox } = tables.shelf(id)
  const again = failed ? lastOfRoot(tables, id) : undefined
  const first = Math.min(...[...mailbox.values()].map(({ n }) => n))
  for (const row of mailbox.values()) row.held = false
  if (again === undefined) return [{ id }]
  const n = (Number.isFinite(first) ? first : 0) - 1
  const row = mailRow({
    systemId: id,
    id: tables.uuid(),
    n,
    kind: 'mail',
    due: system.time,
    address: '',
    event: again,
  })
  mailbox.set(row.id, row)
  return [{ id }]
}

export const listParked: Statement<'listParked'> = (tables) =>
  ordered(tables.systems.values(), ({ id }) => id)
    .filter(({ status }) => status === 'parked')
    .map(({ id, machine, reason }) => ({ id, machine, reason: parsed(reason) }))

export const freeHeldMail: Statement<'freeHeldMail'> = (tables) => {
  for (const row of tables.allMail())
    if (row.held && tables.systems.get(row.systemId)?.status === 'active') row.held = false
  return []
}

export const buryFinalMail: Statement<'buryFinalMail'> = (tables, now) => {
  for (const { id, status } of tables.systems.values()) if (status === 'done') bury(tables, id, now)
  return []
}

function hold(tables: Tables, system: string) {
  for (const row of tables.shelf(system).mailbox.values()) row.held = true
}

function lastOfRoot(tables: Tables, system: string): string | undefined {
  const event = tables.shelf(system).journal.findLast(({ address }) => address === '')?.event
  return event?.startsWith('{"type":"xstate.init"') ? undefined : event
}

function bury(tables: Tables, system: string, now: number) {
  const { mailbox, deadLetters, keys } = tables.shelf(system)
  for (const row of [...mailbox.values()]) {
    if (row.due > now || row.held) continue
    mailbox.delete(row.id)
    const { id, kind, due, address, event, key } = row
    if (kind === 'mail' && !deadLetters.has(id) && !(key !== null && keys.has(key)))
      deadLetters.set(id, { id, at: due, address: address ?? '', reason: 'system.final', event, key })
  }
}
