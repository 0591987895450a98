import type { Statement } from './statement.ts'
import { ordered, uniqueViolation } from './tables.ts'

const HOUR_MS = 3_600_000

export const registerProcess: Statement<'registerProcess'> = (tables, { id, name, leaseMs }) => {
  const replaced = [...tables.processes.values()].find((row) => row.name === name)
  if (tables.processes.has(id) && replaced?.id !== id) throw uniqueViolation('process')
  if (replaced) tables.processes.delete(replaced.id)
  tables.processes.set(id, { id, name, leaseUntil: tables.now() + leaseMs })
  return []
}

export const renewLease: Statement<'renewLease'> = (tables, { id, leaseMs }) => {
  const row = tables.processes.get(id)
  if (!row) return []
  const lived = tables.lives(id)
  row.leaseUntil = tables.now() + leaseMs
  return [{ id, lived }]
}

export const removeProcess: Statement<'removeProcess'> = (tables, id) => {
  tables.processes.delete(id)
  return []
}

export const findPeers: Statement<'findPeers'> = (tables, id) =>
  ordered(tables.processes.values(), ({ name }) => name)
    .filter((row) => row.id !== id && tables.lives(row.id))
    .map(({ name }) => ({ name }))

export const removeDeadProcesses: Statement<'removeDeadProcesses'> = (tables) => {
  for (const { id, leaseUntil } of [...tables.processes.values()])
    if (leaseUntil < tables.now() - HOUR_MS) tables.processes.delete(id)
  return []
}

export const databaseTime: Statement<'databaseTime'> = (tables) => tables.now()
