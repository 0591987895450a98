import type { Evidence, Line, Outcome, SystemRecord, Tables } from '../../../runtime/testing/workload-recording.ts'

type Entry = SystemRecord['history'][number]

const systemOf = (evidence: Evidence, id: string) => evidence.systems.find((each) => each.id === id) as SystemRecord
const tablesOf = (evidence: Evidence) => evidence.tables as Tables
const placeOf = ({ history }: SystemRecord, type: string, id?: string) =>
  history.findIndex(({ event }) => event.type === type && (id === undefined || event.id === id))
const entryOf = (evidence: Evidence, system: string, type: string, id?: string): Entry => {
  const record = systemOf(evidence, system)
  return record.history[placeOf(record, type, id)] as Entry
}

/** As if the runtime had written it so: the numbers stay gapless. */
const renumber = ({ history, snapshot }: SystemRecord) => {
  for (const [i, entry] of history.entries()) entry.seq = i + 1
  snapshot.seq = history.length
}

function remove(evidence: Evidence, system: string, type: string, id?: string) {
  const record = systemOf(evidence, system)
  record.history.splice(placeOf(record, type, id), 1)
  renumber(record)
}

function double(evidence: Evidence, system: string, type: string, id?: string) {
  const record = systemOf(evidence, system)
  const place = placeOf(record, type, id)
  record.history.splice(place + 1, 0, structuredClone(record.history[place] as Entry))
  renumber(record)
}

function swap(evidence: Evidence, system: string, [one, other]: [string, string], type = 'note') {
  const first = entryOf(evidence, system, type, one)
  const second = entryOf(evidence, system, type, other)
  ;[first.event, second.event] = [second.event, first.event]
}

function begunOf({ lines }: Evidence, id: string): Extract<Line, { type: 'begun' }> {
  const is = (line: Line) =>
    line.type === 'begun' && (line.operation.kind === 'spawn' ? line.operation.id : line.operation.event.id) === id
  return lines.find(is) as Extract<Line, { type: 'begun' }>
}

function answer(evidence: Evidence, id: string, outcome: Outcome) {
  const { n } = begunOf(evidence, id)
  const line = evidence.lines.find((each) => each.type === 'ended' && each.n === n)
  Object.assign(line as object, { outcome })
}

const refused = (code: string): Outcome => ({ as: 'refused', code, message: '' })
const letter = (system: string, id: string, reason: string, from?: string) => ({
  ...{ systemId: system, id: 'x', reason },
  event: { type: 'note', id, ...(from && { from }) },
})
const putInto = (evidence: Evidence, ...letters: Tables['deadLetters']) =>
  tablesOf(evidence).deadLetters.push(...letters)
const leave = (evidence: Evidence, part: Partial<{ [K in keyof Tables]: any }>) =>
  Object.assign(tablesOf(evidence), part)

/** What can go wrong, what that does to an evidence, and the rule that has to notice. */
export const planted: [what: string, rule: string, plant: (evidence: Evidence) => unknown][] = [
  ['an acknowledged send is dropped', 'send.lost', (e) => remove(e, 'a', 'note', 'n1')],
  ['a send is delivered twice', 'send.doubled', (e) => double(e, 'a', 'note', 'n1')],
  ['a refused send is delivered', 'send.refused_yet_delivered', (e) => answer(e, 'n1', refused('system.not_found'))],
  ['a send is delivered and a dead letter', 'letter.untrue', (e) => putInto(e, letter('a', 'n1', 'actor.not_found'))],
  [
    'a context forgets what the journal has',
    'context.miscounted',
    (e) => systemOf(e, 'a').snapshot.context.got.splice(0, 1),
  ],
  ['an answer names another entry', 'answer.untrue', (e) => answer(e, 'n1', { as: 'acknowledged', seq: 99 })],
  ['a system that is there is said not to be', 'refusal.untrue', (e) => answer(e, 'n3', refused('system.not_found'))],
  ['a system that runs is said to have ended', 'refusal.untrue', (e) => answer(e, 'n3', refused('system.final'))],
  ['the root is said to be missing', 'refusal.untrue', (e) => answer(e, 'n3', refused('actor.not_found'))],
  ['a send is refused for no known reason', 'refusal.untrue', (e) => answer(e, 'n3', refused('bad.luck'))],
  ['a delayed send comes early', 'delay.early', (e) => (entryOf(e, 'a', 'note', 'n6').at -= 50)],
  [
    'an event comes out of nowhere',
    'event.unsent',
    (e) => (entryOf(e, 'a', 'note', 'n2').event = { type: 'note', id: 'nowhere' }),
  ],
  ['an event comes to somebody else', 'event.unsent', (e) => (entryOf(e, 'a', 'note', 'n2').address = 'bob')],
  ['a spawned system is not there', 'spawn.lost', (e) => e.systems.splice(0, 1)],
  ['a spawn is refused for no reason', 'refusal.untrue', (e) => answer(e, 'a', refused('system.exists'))],
  ['two sends of one sender change places', 'order.sender', (e) => swap(e, 'a', ['n1', 'n2'])],
  [
    'what was sent after a processed send comes before it',
    'order.processed',
    (e) => {
      begunOf(e, 'n4').sender = 'another'
      swap(e, 'a', ['n3', 'n4'])
    },
  ],
  ['an entry is missing', 'journal.gap', (e) => systemOf(e, 'a').history.splice(3, 1)],
  ['the first entry is missing', 'journal.gap', (e) => systemOf(e, 'a').history.splice(0, 1)],
  ['a journal is empty', 'snapshot.untrue', (e) => (systemOf(e, 'c').history = [])],
  ['time falls', 'time.fell', (e) => (entryOf(e, 'a', 'note', 'n1').at += 1_000_000)],
  ['an ended system runs on', 'system.ran_on', (e) => double(e, 'b', 'close')],
  ['the snapshot is not the last entry', 'snapshot.untrue', (e) => (systemOf(e, 'a').snapshot.value = 'elsewhere')],
  ['a snapshot comes from an empty journal', 'snapshot.untrue', (e) => (systemOf(e, 'a').history = [])],
  ['a system is parked', 'system.parked', (e) => ((tablesOf(e).systems[0] as { status: string }).status = 'parked')],
  [
    'a system is further than its journal',
    'journal.unfinished',
    (e) => tablesOf(e).systems.forEach((row) => (row.seq += 1)),
  ],
  [
    'two turns win one number',
    'seq.won_twice',
    (e) => leave(e, { journal: tablesOf(e).journal.flatMap((r) => [r, r]) }),
  ],
  [
    'a turn is torn by another',
    'turn.torn',
    (e) => tablesOf(e).journal.forEach((row, i) => (row.turn = i % 2 ? 'one' : 'other')),
  ],
  ['a key is processed twice', 'key.processed_twice', (e) => tablesOf(e).journal.forEach((row) => (row.key = 'k'))],
  [
    'two commits are let through after one entry',
    'seq.won_twice',
    (e) =>
      leave(e, {
        commits: ['x', 'x', 'y'].map((turn) => ({ systemId: 'a', base: 3, turn, owner: null })),
      }),
  ],
  ['a stored state differs', 'replay.differs', (e) => (entryOf(e, 'a', 'note', 'n2').context.got = ['other'])],
  ['a life does not begin', 'replay.differs', (e) => (entryOf(e, 'c', 'xstate.init').event.type = 'nudge')],
  ['an emitted event is missing', 'emitted.differ', (e) => systemOf(e, 'a').emitted.splice(0, 1)],
  ['a timer is lost', 'timer.lost', (e) => remove(e, 'a', 'ring')],
  ['a timer fires twice', 'timer.doubled', (e) => double(e, 'a', 'ring')],
  ['a timer fires early', 'timer.early', (e) => (entryOf(e, 'a', 'ring').at -= 50)],
  ['a cancelled timer fires', 'timer.undead', (e) => (entryOf(e, 'a', 'ring').event.id = 't2')],
  ['a timer fires that nobody armed', 'timer.unarmed', (e) => (entryOf(e, 'a', 'ring').event.id = 't9')],
  [
    'the deadline of a state comes early',
    'timer.early',
    (e) => (entryOf(e, 'd', 'xstate.after.patience.errand.doing').at -= 45),
  ],
  [
    'the deadline of a state is lost',
    'timer.lost',
    (e) => {
      remove(e, 'd', 'xstate.after.patience.errand.doing')
      systemOf(e, 'd').snapshot.status = 'active'
    },
  ],
  ['an activity ends twice', 'result.doubled', (e) => double(e, 'a', 'xstate.promise.resolve')],
  ['an activity does not end', 'activity.unended', (e) => remove(e, 'a', 'xstate.promise.resolve')],
  ['a result is applied twice', 'result.unexpected', (e) => double(e, 'a', 'xstate.done.actor.w1')],
  [
    'a job that was given up has a result',
    'result.unexpected',
    (e) => {
      const entry = entryOf(e, 'a', 'drop', 'w6')
      const output = { job: 'w4', key: 'x', attempt: 1 }
      entry.event = { type: 'xstate.done.actor.w4', output, actorId: 'w4' }
    },
  ],
  [
    'a job nobody asked for has a result',
    'result.unexpected',
    (e) => (entryOf(e, 'a', 'xstate.done.actor.w1').event.type = 'xstate.done.actor.w0'),
  ],
  ['a job that was to fail succeeds', 'result.untrue', (e) => (entryOf(e, 'a', 'work', 'w1').event.how = 'fail')],
  [
    'a report arrives twice',
    'report.doubled',
    (e) => systemOf(e, 'a').snapshot.context.progress.push(...systemOf(e, 'a').snapshot.context.progress),
  ],
  [
    'two jobs have one key',
    'key.shared',
    (e) => {
      const { key } = entryOf(e, 'a', 'xstate.done.actor.w1').event.output
      entryOf(e, 'a', 'xstate.done.actor.w3').event.output.key = key
    },
  ],
  [
    'a result comes of an attempt that was never begun',
    'result.unattempted',
    (e) => (entryOf(e, 'a', 'xstate.done.actor.w1').event.output.attempt = 7),
  ],
  [
    'a result comes of an attempt that another had replaced',
    'result.superseded',
    (e) => tablesOf(e).activities.forEach((row) => (row.attempt += 1)),
  ],
  [
    'an attempt is begun by two processes',
    'attempt.doubled',
    (e) => e.lines.push(e.lines.find(({ type }) => type === 'attempt') as Line),
  ],
  [
    'an activity is left queued',
    'activity.left',
    (e) => tablesOf(e).activities.forEach((row) => (row.status = 'queued')),
  ],
  [
    'an activity is left running',
    'activity.left',
    (e) => tablesOf(e).activities.forEach((row) => (row.status = 'running')),
  ],
  ['a message between systems is lost', 'message.lost', (e) => remove(e, 'b', 'note', 'r1')],
  ['a message between systems arrives twice', 'message.doubled', (e) => double(e, 'b', 'note', 'r1')],
  ['messages between systems change places', 'order.messages', (e) => swap(e, 'b', ['r1', 'r2'])],
  ['a message comes from nowhere', 'message.unsent', (e) => (entryOf(e, 'b', 'note', 'r1').event.from = 'nobody')],
  ['a message comes from one who never sent it', 'message.unsent', (e) => remove(e, 'a', 'relay', 'r1')],
  ['a child is heard twice', 'told.differs', (e) => double(e, 'a', 'told', 'h3')],
  ['a child is not heard', 'told.differs', (e) => remove(e, 'a', 'told', 'h3')],
  ['a child is not asked', 'asked.differs', (e) => (entryOf(e, 'a', 'note', 'h2').address = 'ann')],
  ['mail is left', 'mail.left', (e) => leave(e, { mail: [{ systemId: 'a', id: 'm', kind: 'timer', due: 5 }] })],
  ['a lease is left', 'lease.left', (e) => leave(e, { processes: [{ id: 'p', name: 'one' }] })],
  [
    'a letter is dead because its system ended, which runs',
    'letter.unexplained',
    (e) => putInto(e, letter('a', 'n9', 'system.final')),
  ],
  [
    'a letter is dead because there is no such system, which there is',
    'letter.unexplained',
    (e) => putInto(e, letter('a', 'n9', 'system.not_found')),
  ],
  [
    'a letter is dead because its actor is gone, which is the root',
    'letter.unexplained',
    (e) => putInto(e, letter('a', 'n1', 'actor.not_found')),
  ],
  ['a letter is dead for no known reason', 'letter.unexplained', (e) => putInto(e, letter('a', 'n9', 'bad.luck'))],
]

/** What looks odd and is allowed. */
export const allowed: [what: string, plant: (evidence: Evidence) => unknown][] = [
  ['an unknown send was delivered', (e) => answer(e, 'n1', { as: 'unknown', why: 'the process ended' })],
  [
    'an operation was never answered',
    (e) =>
      e.lines.splice(
        e.lines.findIndex((line) => line.type === 'ended' && line.n === begunOf(e, 'n1').n),
        1,
      ),
  ],
  [
    'an answer came for nothing that was asked',
    (e) => e.lines.push({ type: 'ended', n: 9_999, at: 0, outcome: refused('x') }),
  ],
  ['a fault was noted', (e) => e.lines.push({ type: 'fault', at: 0, kind: 'wire cut', detail: '' })],
  ['a spawn met a runtime that was closing', (e) => answer(e, 'a', refused('runtime.closed'))],
  ['a send met a runtime that was closing', (e) => answer(e, 'n7', refused('runtime.closed'))],
]
