import type { MemoryTables, Store } from '../../../db/index.ts'
import { Aftermath } from '../../aftermath.ts'
import type { Tamper } from './fleet.ts'

/** A runtime that breaks the guarantee: what the checker has to see. `install` gives back how it is undone. */
export type Plant = { name: string; tamper?: Tamper; install?: () => () => void }

type Commit = Store['commitTurns']
type Turns = Parameters<Commit>[2]

const tampering =
  (tamper: (store: Store, tables: MemoryTables) => Partial<Store>): Tamper =>
  (store, tables) => ({ ...store, ...tamper(store, tables) })

const beforeCommit = (change: (tables: MemoryTables, turns: Turns, owner: string | null) => Turns): Tamper =>
  tampering(({ commitTurns }, tables) => ({
    commitTurns: (turn, owner, turns) => commitTurns(turn, owner, change(tables, turns, owner)),
  }))

const uuidOf = (id: string) => `${id.slice(0, 14)}5${id.slice(15)}`

/** Mail rows that a committed turn took are there again, under another id. */
const takenTwice = (kinds: string[]): Tamper =>
  tampering(({ commitTurns }, tables) => ({
    commitTurns: async (turn, owner, turns) => {
      const rows = turns.flatMap(({ id, took }) => took.flatMap((mail) => tables.shelf(id).mailbox.get(mail) ?? []))
      const answers = await commitTurns(turn, owner, turns)
      for (const row of rows) {
        const { mailbox } = tables.shelf(row.systemId)
        const isFirst = row.id[14] === '4' && !mailbox.has(row.id) && kinds.includes(row.kind)
        if (isFirst) mailbox.set(uuidOf(row.id), { ...row, id: uuidOf(row.id), key: null, n: tables.nextArrival() })
      }
      return answers
    },
  }))

// What was based on an older state is written on top of the newer one.
const onTop = (tables: MemoryTables, turns: Turns, owner: string | null): Turns =>
  turns.map((turn) => {
    const system = turn.base === null ? undefined : tables.systems.get(turn.id)
    if (!system || turn.base === null || system.status === 'parked') return turn
    const ahead = system.seq - turn.base
    system.owner = owner
    const moved = <Row extends { seq: number }>(rows: Row[]) => rows.map((row) => ({ ...row, seq: row.seq + ahead }))
    return { ...turn, base: system.seq, entries: moved(turn.entries), emitted: moved(turn.emitted) }
  })

const forgetKeys = (tables: MemoryTables, turns: Turns): Turns => {
  for (const { id, entries } of turns)
    for (const { key } of entries) if (key !== null) tables.shelf(id).keys.delete(key)
  return turns
}

const dropTimers = (tables: MemoryTables, ids: { id: string }[]) => {
  for (const { id } of ids) {
    const { mailbox } = tables.shelf(id)
    for (const row of [...mailbox.values()]) if (row.kind === 'timer') mailbox.delete(row.id)
  }
}

const anyAttempt: Tamper = tampering(({ finishActivity, commitTurns }, tables) => {
  const current = (system: string, incarnation: string, owner?: string | null) => {
    const row = tables.shelf(system).activities.get(incarnation)
    if (row?.status === 'queued' || row?.status === 'done') row.status = 'running'
    if (row && owner !== undefined) row.owner = owner
    return row?.attempt ?? 0
  }
  return {
    finishActivity: (key, end) => finishActivity({ ...key, attempt: current(key.systemId, key.incarnation) }, end),
    commitTurns: (turn, owner, turns) => {
      const finished = (each: Turns[number]) =>
        each.finished.map((row) => ({ ...row, attempt: current(each.id, row.incarnation, owner) }))
      return commitTurns(
        turn,
        owner,
        turns.map((each) => ({ ...each, finished: finished(each) })),
      )
    },
  }
})

// What the undone turn did is the ground of the next one.
function keepUndone(): () => void {
  const { settle } = Aftermath.prototype
  Aftermath.prototype.settle = async function (pending, fate) {
    await settle.call(this, pending, fate)
    if (fate.fate === 'duplicate' && pending.turn.base !== null) pending.slot.live = pending.loaded
  }
  return () => {
    Aftermath.prototype.settle = settle
  }
}

export const plants: Plant[] = [
  { name: 'a commit does not look whether the system has moved on', tamper: beforeCommit(onTop) },
  { name: 'a commit does not look whether a key was processed', tamper: beforeCommit(forgetKeys) },
  { name: 'mail is delivered twice', tamper: takenTwice(['mail']) },
  { name: 'a report of an activity is told twice', tamper: takenTwice(['report']) },
  { name: 'the result of an attempt that is over is accepted', tamper: anyAttempt },
  {
    name: 'a claim loses the timers',
    tamper: tampering(({ claimNamedSystems }, tables) => ({
      claimNamedSystems: async (claim) => {
        const ids = await claimNamedSystems(claim)
        dropTimers(tables, ids)
        return ids
      },
    })),
  },
  {
    name: 'a timer is loaded as due earlier than it is',
    tamper: tampering(({ loadSystems }) => ({
      loadSystems: async (ids) =>
        (await loadSystems(ids)).map((row) => ({
          ...row,
          timers: row.timers?.map((timer) => ({ ...timer, due: timer.due - 400 })) ?? null,
        })),
    })),
  },
  {
    name: 'a cancelled timer stays',
    tamper: beforeCommit((_, turns) => turns.map((turn) => ({ ...turn, cancelled: [] }))),
  },
  {
    name: 'messages to other systems are lost when several turns share a commit',
    tamper: beforeCommit((_, turns) =>
      turns.map((turn, n) => ({ ...turn, mail: turn.mail.filter(({ kind }) => n === 0 || kind === 'timer') })),
    ),
  },
  {
    name: 'a turn that is stale is acknowledged',
    tamper: tampering(({ commitTurns }) => ({
      commitTurns: async (turn, owner, turns) =>
        (await commitTurns(turn, owner, turns)).map(({ id }) => ({ id, committed: true, refused: null })),
    })),
  },
  {
    name: 'a commit whose answer was lost is taken not to have happened',
    tamper: tampering(() => ({ findTurns: async () => [] })),
  },
  { name: 'a turn that was undone stays in memory', install: keepUndone },
  {
    name: 'mail is acknowledged before it is stored',
    tamper: tampering(({ acceptMail }) => {
      let held: Parameters<Store['acceptMail']>[0] = []
      return {
        acceptMail: async (mail) => {
          if (held.length) await acceptMail(held)
          held = mail.length > 1 ? [] : mail
          return held.length
            ? held.map(({ id }) => ({ id, inserted: true, status: 'active' as const, owner: null, seq: null }))
            : acceptMail(mail)
        },
      }
    }),
  },
  {
    name: 'a checkpoint is noted and not written',
    tamper: tampering(({ releaseSystems }) => ({
      releaseSystems: (process, releases) =>
        releaseSystems(
          process,
          releases.map((each) => ({ ...each, rows: [] })),
        ),
    })),
  },
  {
    name: 'attempts of dead processes are not queued again',
    tamper: tampering(() => ({ requeueLostActivities: async () => [] })),
  },
  {
    name: 'systems of the living are taken',
    tamper: tampering(({ claimSystems, claimNamedSystems }, tables) => ({
      claimSystems: (claim) => {
        for (const { systemId, due } of tables.allMail()) if (due <= claim.now) freed(tables, systemId)
        return claimSystems(claim)
      },
      claimNamedSystems: (claim) => {
        for (const id of claim.ids) freed(tables, id)
        return claimNamedSystems(claim)
      },
    })),
  },
]

function freed(tables: MemoryTables, id: string) {
  const system = tables.systems.get(id)
  if (system) system.owner = null
}
