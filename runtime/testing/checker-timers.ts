import { isOver, rootEntries, type Entry, type View, type Violation } from './checker-view.ts'
import type { SystemRecord } from './workload-recording.ts'

/** No timer is lost, early, or fires twice; those that were cancelled never fire. Due times are those of the journal. */
export const checkTimers = ({ systems }: View): Violation[] =>
  [...systems.values()].flatMap((record) => (record.machine === 'ledger' ? checkArmed(record) : checkAfter(record)))

type Armed = { id: string; name: string; due: number; state: 'armed' | 'fired' | 'cancelled' }

function checkArmed(record: SystemRecord): Violation[] {
  const { id: system } = record
  const timers: Armed[] = []
  const found: Violation[] = []
  for (const entry of rootEntries(record)) {
    const { event, at } = entry
    if (event.type === 'arm') timers.push({ id: event.id, name: event.name, due: at + event.ms, state: 'armed' })
    // Of two under one name the one armed later is cancelled, as in XState.
    if (event.type === 'disarm') {
      const last = timers.findLast(({ name, state }) => name === event.name && state === 'armed')
      if (last) last.state = 'cancelled'
    }
    if (event.type === 'ring') found.push(...checkRing(system, timers, entry))
  }
  if (isOver(record)) return found
  return [...found, ...timers.filter(({ state }) => state === 'armed').map(({ id, due }) => lost(system, id, due))]
}

function checkRing(system: string, timers: Armed[], { seq, event, at }: Entry): Violation[] {
  const timer = timers.find(({ id }) => id === event.id)
  const broken = (rule: string, what: string) => [
    { rule, system, seq, sentence: `timer ${event.id} of ${system} ${what}` },
  ]
  if (!timer) return broken('timer.unarmed', 'fired and was never armed')
  if (timer.state === 'fired') return broken('timer.doubled', 'fired twice')
  if (timer.state === 'cancelled') return broken('timer.undead', 'fired though it was cancelled')
  timer.state = 'fired'
  return at < timer.due ? broken('timer.early', `fired ${timer.due - at} ms early`) : []
}

const lost = (system: string, id: string, due: number): Violation => ({
  ...{ rule: 'timer.lost', system },
  sentence: `timer ${id} of ${system}, due at ${due}, never fired`,
})

/** `after` of a state: armed by what enters the state, never fired before its time, and it ends the system at last. */
function checkAfter(record: SystemRecord): Violation[] {
  const { id: system, machine } = record
  const [first, ...rest] = rootEntries(record)
  if (!first) return []
  const { input } = first.event as { input: { ms: number; patience: number } }
  const delay = machine === 'beacon' ? input.ms : input.patience
  const found: Violation[] = []
  let due = first.at + delay
  for (const { seq, event, at } of rest) {
    const isTimer = String(event.type).startsWith('xstate.after.')
    if (isTimer && at < due)
      found.push({
        rule: 'timer.early',
        system,
        seq,
        sentence: `${event.type} of ${system} fired ${due - at} ms early`,
      })
    if (isTimer || event.type === 'nudge') due = at + delay
  }
  return isOver(record) ? found : [...found, lost(system, 'after', due)]
}
