import type { Tables } from './tables.ts'

type Checkpoint = { rows: { incarnation: string; address: string; state: string }[]; gone: string[] }

export function keepCheckpoint(tables: Tables, id: string, { rows, gone }: Checkpoint) {
  const { actors } = tables.shelf(id)
  for (const incarnation of gone) actors.delete(incarnation)
  for (const { incarnation, address, state } of rows)
    actors.set(incarnation, { incarnation, address: actors.get(incarnation)?.address ?? address, checkpoint: state })
}
