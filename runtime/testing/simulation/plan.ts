import { chance } from './chance.ts'
import {
  isTimed,
  listedFaults,
  seededFaults,
  seededHappenings,
  type CallFaults,
  type Fault,
  type TimedFault,
} from './faults.ts'
import type { Operation } from '../workload-recording.ts'

/** An operation of a client, at the instant and by the process that it was begun by. */
export type Asked = { at: number; process: number; operation: Operation }

/** What shall happen in a run. With `script`, that and nothing else; else what the seed makes of it. */
export type Plan = {
  seed: number
  script?: { operations: Asked[]; faults: Fault[] }
}

/** A plan with everything decided. */
export type Setting = {
  seed: number
  processes: number
  leaseMs: number
  cacheSize: number
  concurrency: number
  /** Per process: what it takes part in. */
  roles: ('turns' | 'activities')[][]
  wallAhead: number[]
  /** Operations after which clients stop. */
  operations: number
  clients: number
  pauseMs: number
  longestMs: number
  callFaults: CallFaults
  happenings: TimedFault[]
}

export function settingOf({ seed, script }: Plan): Setting {
  const draw = (what: string, n = 0) => chance(seed, what, n)
  const whole = (what: string, from: number, to: number) => from + Math.floor(draw(what) * (to - from + 1))
  const processes = whole('processes', 1, 3)
  const leaseMs = whole('lease', 1, 4) * 600
  const lengthMs = 4_000
  const rate = draw('calm') < 0.1 ? 0 : draw('rate') ** 2 * 0.04
  const count = draw('calm') < 0.1 ? 0 : whole('happenings', 0, 5)
  return {
    ...{ seed, processes, leaseMs },
    cacheSize: draw('cache') < 0.4 ? 2 : 1_000,
    concurrency: whole('concurrency', 1, 4),
    roles: Array.from({ length: processes }, (_, n) => rolesOf(n, draw('roles', n))),
    wallAhead: Array.from({ length: processes }, (_, n) => Math.round((draw('wall', n) - 0.5) * 60)),
    operations: whole('operations', 15, 60),
    clients: whole('clients', 1, 4),
    pauseMs: whole('pause', 20, 400),
    longestMs: whole('longest', 100, 1_500),
    callFaults: script ? listedFaults(script.faults) : seededFaults(seed, { rate, leaseMs }),
    happenings: script
      ? script.faults.filter(isTimed)
      : seededHappenings(seed, { lengthMs, processes, leaseMs, count }),
  }
}

// The first does everything, so that nothing waits for ever.
const rolesOf = (n: number, draw: number): ('turns' | 'activities')[] => {
  if (n === 0 || draw < 0.7) return ['turns', 'activities']
  return draw < 0.8 ? ['turns'] : draw < 0.9 ? ['activities'] : []
}
