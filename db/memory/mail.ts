import type { WaitingMail } from '../queries/load-systems.ts'
import type { Statement } from './statement.ts'
import { ordered, type Tables, mailRow } from './tables.ts'

const hasKey = (tables: Tables, system: string, key: string | null) =>
  key !== null && [...tables.shelf(system).mailbox.values()].some((row) => row.key === key)

export const acceptMail: Statement<'acceptMail'> = (tables, mail) => {
  const seen = mail.map((row) => {
    const system = tables.systems.get(row.system)
    const seq = row.key === null ? null : (tables.shelf(row.system).keys.get(row.key) ?? null)
    return { row, system, status: system?.status ?? null, seq }
  })
  const isOpen = ({ status, seq }: (typeof seen)[number]) =>
    (status === 'active' || status === 'parked') && seq === null
  const isBuried = ({ row }: (typeof seen)[number]) => tables.shelf(row.system).deadLetters.has(row.id)
  const wanted = seen.filter((each) => isOpen(each) && !isBuried(each))
  const numbered = wanted.map(({ row, status }) => ({ row, status, n: tables.nextArrival() }))
  const inserted = new Set<string>()
  for (const { row, status, n } of numbered) {
    const { mailbox } = tables.shelf(row.system)
    if (mailbox.has(row.id) || hasKey(tables, row.system, row.key)) continue
    const { id, system, due, address, event, key } = row
    mailbox.set(
      id,
      mailRow({ systemId: system, id, n, kind: 'mail', due, held: status === 'parked', address, event, key }),
    )
    inserted.add(id)
  }
  return seen.map(({ row, system, status, seq }) => {
    const owner = system && tables.lives(system.owner) ? system.owner : null
    return { id: row.id, inserted: inserted.has(row.id), status, seq, owner }
  })
}

export const fetchMail: Statement<'fetchMail'> = (tables, { ids, now, limit }) => {
  const rows = ids.flatMap((id) =>
    ordered(
      [...tables.shelf(id).mailbox.values()].filter(({ kind, due }) => kind !== 'timer' && due <= now),
      ({ n }) => n,
    ).slice(0, limit),
  )
  return ordered(rows, ({ n }) => n).map(
    ({ systemId, id, kind, due, address, incarnation, sendId, event, key }) =>
      ({ systemId, id, kind, due, address, incarnation, sendId, event, key }) as WaitingMail,
  )
}

export const mailFates: Statement<'mailFates'> = (tables, { system, id, key }) => {
  const { mailbox, deadLetters, keys } = tables.shelf(system)
  const isIt = (row: { id: string; key: string | null }) => row.id === id || (key !== null && row.key === key)
  return [
    {
      waiting: [...mailbox.values()].some(isIt),
      refused: [...deadLetters.values()].find(isIt)?.reason ?? null,
      parked: tables.systems.get(system)?.status === 'parked',
      seq: key === null ? null : (keys.get(key) ?? null),
    },
  ]
}

export const entriesOfKeys: Statement<'entriesOfKeys'> = (tables, { system, keys }) => {
  const known = tables.shelf(system).keys
  return [...new Set(keys)].flatMap((key) => (known.has(key) ? [{ key, seq: known.get(key) as number }] : []))
}

export const discardMail: Statement<'discardMail'> = (tables, { system, ids }) => {
  for (const id of ids) tables.shelf(system).mailbox.delete(id)
  return []
}

export const unsettled: Statement<'unsettled'> = (tables, { now, id }) => {
  const here = (system: string) => id === undefined || system === id
  const mail = [...tables.allMail()].some(
    ({ systemId, due, held }) =>
      here(systemId) && due <= now && !held && tables.systems.get(systemId)?.status === 'active',
  )
  const activity = [...tables.allActivities()].some(
    ({ systemId, status, runAt }) => here(systemId) && status === 'queued' && runAt <= now,
  )
  return [{ mail, activity }]
}

export const nextDue: Statement<'nextDue'> = (tables, now) => {
  const dues = [...tables.allMail()].filter(({ due, held }) => due > now && !held).map(({ due }) => due)
  return [{ due: dues.length ? dues.reduce((least, due) => Math.min(least, due)) : null }]
}
