import fc from 'fast-check'
import type { MemoryTables, Store, TurnRows } from '../../db/index.ts'

/** A call of a store; what it is given depends on what the tables hold, so that most calls find something. */
export type Call = { [Name in keyof Store]: { name: Name; given: Parameters<Store[Name]> } }[keyof Store]
export type Intent = { describe: string; call(tables: MemoryTables): Call }

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
let ids = 1_000
const freshId = () => uuid(ids++)

export const isGiven = (id: string) => id.startsWith('00000000-0000-4000-8000-')

const SYSTEMS = ['a', 'b', 'c']
const NOW = 10_000
const HOUR = 3_600_000

const system = fc.constantFrom(...SYSTEMS)
const process = fc.integer({ min: 1, max: 3 }).map(uuid)
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3'))
const place = fc.nat(9)
// Far enough from now that the pace of the test decides nothing.
const leaseMs = fc.constantFrom(HOUR, HOUR, -1_000, -2 * HOUR)
const due = fc.constantFrom(NOW - 5, NOW, NOW + 5_000)
const now = fc.constantFrom(NOW, NOW, NOW + 9_000)
const limit = fc.integer({ min: 1, max: 4 })
const status = fc.constantFrom('active', 'active', 'active', 'done', 'parked')

// Mail that a store made up itself has another id in each.
const mailOf = (tables: MemoryTables, id: string) => [...tables.shelf(id).mailbox.keys()].filter(isGiven)
const pick = <Item>(items: Item[], at: number): Item[] => (items.length ? [items[at % items.length] as Item] : [])

const turn = fc.record({
  id: system,
  behind: fc.constantFrom(0, 0, 0, 0, 1),
  keys: fc.array(key, { minLength: 1, maxLength: 3 }),
  take: fc.option(place),
  lost: fc.constantFrom(false, false, false, true),
  status,
  timers: fc.array(due, { maxLength: 2 }),
  mail: fc.array(fc.constantFrom(...SYSTEMS, 'nobody'), { maxLength: 2 }),
  cancel: fc.option(place),
  starts: fc.option(fc.boolean()),
  finish: fc.option(fc.record({ at: place, behind: fc.constantFrom(0, 0, 1), failed: fc.boolean() })),
  stop: fc.option(place),
  emits: fc.boolean(),
  letter: fc.option(fc.record({ key })),
  checkpoint: fc.boolean(),
  listed: fc.option(fc.option(fc.constantFrom('1', '2'))),
})
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never

const entry = (seq: number, key: string | null) => {
  const event = JSON.stringify({ type: seq === 1 ? 'xstate.init' : 'go', seq })
  const common = { incarnation: '1.0', address: '', microsteps: null }
  return { seq, ...common, event, value: seq % 2 ? '"on"' : null, delta: `{"seq":${seq}}`, key }
}

function turnRows(tables: MemoryTables, wanted: Turn, owner: string): TurnRows {
  const { id, behind, keys, take, lost, cancel, stop } = wanted
  const known = tables.systems.get(id)
  const base = known ? known.seq - behind : null
  const entries = keys.map((each, i) => entry((base ?? 0) + i + 1, each))
  const next = (base ?? 0) + 1
  const starts = wanted.starts !== null && !tables.shelf(id).activities.has(`${next}.0`)
  const checkpoint = { rows: [{ incarnation: '1.0', address: '', state: `{"at":${next}}` }], gone: ['0.9'] }
  return {
    ...{ id, base, entries, machine: 'm', version: '1', definition: 'd', tenant: '', inputHash: 'h', time: NOW },
    ...{ status: wanted.status as TurnRows['status'], reason: wanted.status === 'parked' ? reasonOf(next) : null },
    took: [...(take === null ? [] : pick(mailOf(tables, id), take)), ...(lost && known ? [uuid(999)] : [])],
    cancelled: cancel === null ? [] : pick(mailOf(tables, id), cancel),
    mail: [...wanted.timers.map((at) => timerOf(id, at)), ...wanted.mail.map((to) => sentTo(to))],
    started: starts ? [{ ...activity, incarnation: `${next}.0`, owner: wanted.starts ? owner : null }] : [],
    finished: finished(tables, wanted),
    // One whose result is taken is not stopped as well.
    stopped: stop === null || wanted.finish ? [] : pick([...tables.shelf(id).activities.keys()], stop),
    emitted: wanted.emits ? [{ seq: next, n: 0, address: '', event: '{"type":"e"}' }] : [],
    deadLetters: wanted.letter === null ? [] : [{ ...letter, id: freshId(), key: wanted.letter.key }],
    checkpoint: wanted.checkpoint ? checkpoint : null,
    projections: wanted.listed === null ? [] : [{ address: '', kind: 'k', key: id, data: wanted.listed }],
  }
}

const letter = { address: '', reason: 'actor.not_found', event: '{}' }
const activity = { address: 'x', src: '["x"]', input: '{}', heartbeatMs: null }

function finished(tables: MemoryTables, { id, finish }: Turn): TurnRows['finished'] {
  const [row] = finish ? pick([...tables.shelf(id).activities.values()], finish.at) : []
  if (!row || !finish) return []
  const { incarnation, attempt } = row
  return [{ incarnation, attempt: attempt - finish.behind, status: finish.failed ? 'failed' : 'done', result: '{}' }]
}

const reasonOf = (n: number) => JSON.stringify({ code: n % 2 ? 'machine.failed' : 'turn.endless', message: 'm' })
const blank = { address: null, incarnation: null, source: null, sendId: null, event: '{"type":"t"}' }
const timerOf = (system: string, due: number) =>
  ({ ...blank, system, id: freshId(), kind: 'timer', due, incarnation: '1.0', source: '1.0' }) as const
const sentTo = (system: string) => ({ ...blank, system, id: freshId(), kind: 'mail', due: NOW, address: '' }) as const

function attemptAt(tables: MemoryTables, at: number, behind: number) {
  const [row] = pick([...tables.allActivities()], at)
  return {
    systemId: row?.systemId ?? 'a',
    incarnation: row?.incarnation ?? '9.0',
    attempt: (row?.attempt ?? 1) - behind,
  }
}

function intent<Name extends keyof Store, Shape>(
  name: Name,
  shape: fc.Arbitrary<Shape>,
  given: (wanted: Shape, tables: MemoryTables) => Parameters<Store[Name]>,
): fc.Arbitrary<Intent> {
  return shape.map((wanted) => ({
    describe: `${name} ${JSON.stringify(wanted)}`,
    [fc.toStringMethod]: () => `${name} ${JSON.stringify(wanted)}`,
    call: (tables: MemoryTables) => ({ name, given: given(wanted, tables) }) as unknown as Call,
  }))
}

const nothing = fc.constant(null)
const attempt = fc.record({
  at: place,
  behind: fc.constantFrom(0, 0, 0, 1),
  process,
  failed: fc.boolean(),
  lost: fc.nat(1),
})
const again = fc.option(place, { freq: 3 })
const lettersOf = (tables: MemoryTables, id: string) => [...tables.shelf(id).deadLetters.keys()].filter(isGiven)
const letters = fc.record({ system: fc.constantFrom(...SYSTEMS, 'nobody'), due, key, again })
const accepted = fc.array(letters, { minLength: 1, maxLength: 3 })

const changes = [
  intent(
    'commitTurns',
    fc.record({ process, turns: fc.uniqueArray(turn, { selector: ({ id }) => id, minLength: 1, maxLength: 3 }) }),
    ({ process, turns }, tables) => {
      const owner = ownerFor(tables, turns, process)
      return [freshId(), owner, turns.map((each) => turnRows(tables, each, owner))]
    },
  ),
  intent('acceptMail', accepted, (mail, tables) => [
    mail.map(({ again, ...row }) => {
      // Now and then one that is a dead letter by now.
      const [buried] = again === null ? [] : pick(lettersOf(tables, row.system), again)
      return { ...row, id: buried ?? freshId(), at: NOW, address: '', event: '{"type":"m"}' }
    }),
  ]),
  intent('claimSystems', fc.record({ process, now, limit }), (claim) => [claim]),
  intent('claimNamedSystems', fc.record({ process, ids: fc.uniqueArray(system, { minLength: 1 }) }), (claim) => [
    claim,
  ]),
  intent('registerProcess', fc.record({ n: fc.integer({ min: 1, max: 3 }), leaseMs }), ({ n, leaseMs }) => [
    { id: uuid(n), name: `p${n % 2}`, leaseMs },
  ]),
  intent('renewLease', fc.record({ id: process, leaseMs }), (lease) => [lease]),
  intent('removeProcess', process, (id) => [id]),
  intent('removeDeadProcesses', nothing, () => []),
  intent('discardMail', fc.record({ system, place }), ({ system, place }, tables) => [
    { system, ids: pick(mailOf(tables, system), place) },
  ]),
  intent('parkSystem', fc.record({ id: system, n: fc.nat(1) }), ({ id, n }, tables) => [
    { id, process: tables.systems.get(id)?.owner ?? uuid(1), reason: reasonOf(n) },
  ]),
  intent('holdMail', system, (id) => [[id]]),
  intent('unparkSystem', system, (id) => [id]),
  intent('freeHeldMail', nothing, () => []),
  intent('buryFinalMail', now, (at) => [at]),
  intent('releaseSystems', fc.record({ id: system, behind: fc.constantFrom(0, 0, 1) }), ({ id, behind }, tables) => [
    tables.systems.get(id)?.owner ?? uuid(1),
    [
      {
        id,
        seq: (tables.systems.get(id)?.seq ?? 1) - behind,
        rows: [{ incarnation: '2.0', address: 'x', state: '{}' }],
        gone: ['1.0'],
      },
    ],
  ]),
  // All of them: which come first of those that are due at the same instant is nobody's promise.
  intent('startActivities', fc.record({ process, now }), (start) => [{ ...start, limit: 100 }]),
  intent('finishActivity', attempt, ({ at, behind, failed }, tables) => [
    attemptAt(tables, at, behind),
    { status: failed ? 'failed' : 'done', result: '{}', mail: freshId(), event: '{"type":"r"}', now: NOW },
  ]),
  intent('reportActivity', attempt, ({ at, behind, failed }, tables) => [
    attemptAt(tables, at, behind),
    {
      mail: freshId(),
      kind: failed ? 'report' : 'emission',
      address: failed ? 'x' : null,
      systemId: null,
      event: '{"type":"r"}',
      now: NOW,
    },
  ]),
  intent('confirmAttempts', attempt, ({ at, behind, process }, tables) => [process, [attemptAt(tables, at, behind)]]),
  intent('requeueActivity', attempt, ({ at, behind, lost }, tables) => [
    attemptAt(tables, at, behind),
    { runAt: NOW + 1_000, lost },
  ]),
  intent('requeueLostActivities', now, (at) => [at]),
  intent('requeueForgottenActivities', attempt, ({ at, process }, tables) => [
    { process, known: [attemptAt(tables, at, 0)], now: NOW },
  ]),
]

const pruning = fc.record({ id: system, seq: fc.nat(3), before: now })
changes.push(intent('pruneJournal', pruning, ({ id, seq }) => [{ id, seq, whole: '{}' }]))

const page = fc.record({ id: system, after: fc.nat(3), limit })
const questions = [
  intent('findTurns', fc.record({ id: system, base: fc.nat(3) }), ({ id, base }, tables) => [
    tables.systems.get(id)?.turn ?? uuid(1),
    [{ id, base }],
  ]),
  intent('mailFates', fc.record({ system, place, key }), ({ system, place, key }, tables) => [
    { system, id: pick(mailOf(tables, system), place)[0] ?? uuid(999), key },
  ]),
  intent('entriesOfKeys', system, (id) => [{ system: id, keys: ['k1', 'k3'] }]),
  intent('unsettled', fc.record({ now, id: fc.option(system, { nil: undefined }) }), (at) => [at]),
  intent('nextDue', now, (at) => [at]),
  intent('nextActivityAt', now, (at) => [at]),
  intent('loadSystems', fc.uniqueArray(system), (ids) => [ids]),
  intent('fetchMail', fc.record({ ids: fc.uniqueArray(system), now, limit }), (fetch) => [fetch]),
  intent('systemHead', system, (id) => [id]),
  intent('firstEntry', system, (id) => [id]),
  intent('prunableEntries', pruning, ({ id, before }) => [{ id, before }]),
  intent('listParked', nothing, () => []),
  intent('findPeers', process, (id) => [id]),
  intent('readJournal', page, (read) => [read]),
  intent('readTrail', page, (read) => [{ ...read, address: '' }]),
  intent('readCheckpoint', system, (id) => [id]),
  intent('readEmitted', page, (read) => [read]),
  intent('listProjections', fc.record({ after: fc.option(system, { nil: undefined }), limit }), (list) => [
    { kind: 'k', ...list },
  ]),
]

// One who owns most of them, so that most turns are let through.
const ownerFor = (tables: MemoryTables, turns: Turn[], other: string) =>
  turns.map(({ id }) => tables.systems.get(id)?.owner).find((owner) => owner) ?? other

const weighted = (of: fc.Arbitrary<Intent>[]) => of.map((arbitrary, i) => ({ arbitrary, weight: i < 2 ? 6 : 1 }))

/** A life of a database: mostly commits and mail. */
export const life = fc.array(fc.oneof(...weighted(changes), ...weighted(questions)), {
  minLength: 20,
  maxLength: 60,
  size: 'max',
})
