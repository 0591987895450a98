import { isOver, lettersOf, rootEntries, type Entry, type View, type Violation } from './checker-view.ts'
import type { SystemRecord } from './workload-recording.ts'

/** Messages between systems, and between a ledger and its clerks, arrive exactly once and in order. */
export const checkMessages = (view: View): Violation[] =>
  [...view.systems.values()].flatMap((record) => [
    ...checkRelayed(view, record),
    ...checkReceived(view, record),
    ...checkClerks(record),
  ])

const relaysOf = (record: SystemRecord): Entry[] => rootEntries(record).filter(({ event }) => event.type === 'relay')
const receivedBy = (record: SystemRecord | undefined, from: string): Entry[] =>
  record ? rootEntries(record).filter(({ event }) => event.type === 'note' && event.from === from) : []

function checkRelayed(view: View, record: SystemRecord): Violation[] {
  const { id: system } = record
  const last = new Map<string, Entry>()
  return relaysOf(record).flatMap(({ seq, event }) => {
    const to = event.to as string
    const target = view.systems.get(to)
    const received = receivedBy(target, system).filter((entry) => entry.event.id === event.id)
    const letters = lettersOf(view, to, event.id as string, system)
    const what = `message ${event.id} from ${system} to ${to}`
    const all = received.length + letters.length
    if (all > 1) return [{ rule: 'message.doubled', system: to, seq, sentence: `${what} arrived ${all} times` }]
    const missable = !target || isOver(target)
    if (!received.length && !(missable && (letters.length || !view.tables)))
      return [{ rule: 'message.lost', system: to, seq, sentence: `${what} never arrived` }]
    const [arrived] = received
    const before = last.get(to)
    if (arrived) last.set(to, arrived)
    if (!arrived || !before || before.seq < arrived.seq) return []
    return [{ rule: 'order.messages', system: to, seq: arrived.seq, sentence: `${what} overtook ${before.event.id}` }]
  })
}

function checkReceived({ systems }: View, record: SystemRecord): Violation[] {
  return rootEntries(record)
    .filter(({ event }) => event.type === 'note' && event.from !== undefined)
    .filter(({ event }) => {
      const source = systems.get(event.from as string)
      return !source || !relaysOf(source).some((relay) => relay.event.id === event.id && relay.event.to === record.id)
    })
    .map(({ seq, event }) => ({
      ...{ rule: 'message.unsent', system: record.id, seq },
      sentence: `${record.id} got message ${event.id} from ${event.from}, which never sent it`,
    }))
}

/** A question makes one note for a clerk that was hired, and a clerk tells of every note once. */
function checkClerks(record: SystemRecord): Violation[] {
  const { id: system, history } = record
  const notes = new Map<string, number>()
  const told = new Map<string, number>()
  const asked = new Map<string, number>()
  const count = (map: Map<string, number>, clerk: string, id: string) =>
    map.set(`${clerk}:${id}`, (map.get(`${clerk}:${id}`) ?? 0) + 1)
  for (const { address, event, context } of history) {
    if (address !== '' && event.type === 'note') count(notes, address, event.id as string)
    if (address === '' && event.type === 'told') count(told, event.clerk as string, event.id as string)
    if (address === '' && event.type === 'ask' && context.clerks.includes(event.clerk))
      count(asked, event.clerk as string, event.id as string)
  }
  const differ = (rule: string, name: string, is: number, was: number, what: string) =>
    is === was ? [] : [{ rule, system, sentence: `${name} in ${system} ${what} ${is} times instead of ${was}` }]
  return [
    ...[...new Set([...notes.keys(), ...told.keys()])].flatMap((name) =>
      differ('told.differs', name, told.get(name) ?? 0, notes.get(name) ?? 0, 'was told'),
    ),
    ...[...asked].flatMap(([name, was]) => differ('asked.differs', name, notes.get(name) ?? 0, was, 'was asked')),
  ]
}
