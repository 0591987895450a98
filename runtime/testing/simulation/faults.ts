import { chance } from './chance.ts'

/** What befalls one call of the store. `late`: the caller hears of a lost connection, and the statement happens `ms` after that. */
export type CallFault = {
  /** Which process, counted from 0, and which of all its calls. */
  process: number
  call: number
  kind:
    | 'refused'
    | 'unanswered'
    | 'late'
    | 'deadlock'
    | 'slow there'
    | 'slow back'
    | 'crash before'
    | 'crash after'
    | 'crash, late'
  ms: number
}

/** What befalls a process, or the server, at an instant. `away`: its steady clock stands still meanwhile, too. */
export type TimedFault =
  | { at: number; kind: 'pause'; process: number; ms: number }
  | { at: number; kind: 'away'; process: number; ms: number }
  | { at: number; kind: 'crash'; process: number }
  | { at: number; kind: 'close'; process: number }
  | { at: number; kind: 'clock'; process: number; ms: number }
  | { at: number; kind: 'outage'; ms: number }

export type Fault = CallFault | TimedFault
export const isTimed = (fault: Fault): fault is TimedFault => 'at' in fault

/** Decides what befalls each call. */
export type CallFaults = (process: number, call: number, name: string) => CallFault | undefined

export const listedFaults = (faults: Fault[]): CallFaults => {
  const byPlace = new Map<string, CallFault>()
  for (const fault of faults) if (!isTimed(fault)) byPlace.set(`${fault.process}:${fault.call}`, fault)
  return (process, call) => byPlace.get(`${process}:${call}`)
}

const kinds: CallFault['kind'][] = [
  ...(['refused', 'unanswered', 'unanswered', 'late', 'deadlock', 'slow there', 'slow back'] as const),
  ...(['crash before', 'crash after', 'crash, late'] as const),
]
// Where most depends on what happened and what did not.
const critical = new Set([
  'commitTurns',
  'acceptMail',
  'finishActivity',
  'startActivities',
  'findTurns',
  'claimNamedSystems',
])

/** `rate`: the share of calls that something befalls. */
export const seededFaults =
  (seed: number, { rate, leaseMs }: { rate: number; leaseMs: number }): CallFaults =>
  (process, call, name) => {
    const share = critical.has(name) ? rate * 3 : rate
    if (chance(seed, 'fault', process, call) >= share) return undefined
    const kind = kinds[Math.floor(chance(seed, 'kind', process, call) * kinds.length)] as CallFault['kind']
    // Now and then longer than a lease.
    const ms = Math.round(chance(seed, 'ms', process, call) ** 3 * 2.5 * leaseMs)
    return { process, call, kind, ms }
  }

/** Pauses, crashes, outages and clocks that are set, within the first `lengthMs`. */
export function seededHappenings(
  seed: number,
  { lengthMs, processes, leaseMs, count }: { lengthMs: number; processes: number; leaseMs: number; count: number },
): TimedFault[] {
  const draw = (n: number, what: string) => chance(seed, 'timed', n, what)
  return Array.from({ length: count }, (_, n): TimedFault => {
    const at = Math.round(draw(n, 'at') * lengthMs)
    const process = Math.floor(draw(n, 'process') * processes)
    const ms = Math.round(draw(n, 'ms') ** 2 * 3 * leaseMs)
    const kind = draw(n, 'kind')
    if (kind < 0.25) return { at, kind: 'pause', process, ms }
    if (kind < 0.4) return { at, kind: 'away', process, ms }
    if (kind < 0.6) return { at, kind: 'crash', process }
    if (kind < 0.72) return { at, kind: 'close', process }
    if (kind < 0.86) return { at, kind: 'clock', process, ms: Math.round((draw(n, 'ms') - 0.5) * 4_000) }
    return { at, kind: 'outage', ms }
  })
}
