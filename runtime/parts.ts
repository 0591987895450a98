import type { EventObject } from 'xstate'
import { ActivityHost } from './activity-host.ts'
import { Admission } from './admission.ts'
import { Engine, type Claims } from './engine.ts'
import { Lease } from './lease.ts'
import type { Surroundings } from './live-system.ts'
import { Mailroom } from './mailroom.ts'
import type { Log, Resolved } from './options.ts'
import { Poller } from './poller.ts'
import { Reader } from './reader.ts'
import { Revival } from './revival.ts'
import { Signals } from './signals.ts'
import { Wakeups } from './wakeups.ts'
import { Watch } from './watch.ts'

/** What the parts tell the runtime that they make up. */
export type Callbacks = {
  closed(): boolean
  mailed(system: string, owner: string | null): void
  strayed(system: string, to: string, event: EventObject): void
}

export type Parts = ReturnType<typeof assemble>

/** Builds the parts of a runtime and wires them together; starts nothing. */
export function assemble(options: Resolved, { closed, mailed, strayed }: Callbacks) {
  const { database, clock, platform, registry, leaseMs, roles, cacheSize } = options
  const { store } = database
  const log = quietOnceClosed(options.log, closed)
  const takesTurns = roles.includes('turns')
  const signals = new Signals(options.onPoint)
  const lease = new Lease({
    store,
    platform,
    name: options.name ?? `runtime-${platform.uuid()}`,
    leaseMs,
    lost: () => engine.slots.evictAll(),
    log,
  })
  const leaseValid = () => lease.valid
  const wakeups = new Wakeups(store, platform, lease.id)
  const around: Surroundings = { registry, uuid: () => platform.uuid(), log: console.log, strayed }
  const admission = new Admission(options.admission)
  const common = { store, clock, platform, signals, owner: lease.id, log }
  const engine: Engine = new Engine({
    ...common,
    around,
    takesTurns,
    cacheSize,
    reroute: (system, mail) => mailroom.reroute(system, mail),
    claims: claimsOf(() => activities),
    sleeps: (due) => poller.lookAt(due),
  })
  const mailroom = new Mailroom({ ...common, admission, engine, wakeups, leaseValid, takesTurns, closed })
  const activities = activityHost(options, common, engine, mailed)
  const reader = new Reader({ store, platform, engine, around, leaseValid })
  const revival = new Revival({ ...common, around, freed: (system) => mailed(system, null) })
  const turning = takesTurns ? engine : undefined
  const poller = new Poller({ ...common, engine: turning, activities, lease, leaseMs, revival })
  const watch = new Watch({ ...common, engine, activities, mailroom, reader, poll: () => poller.poll(), closed })
  return { admission, takesTurns, signals, lease, wakeups, around, engine, mailroom, activities, reader, poller, watch }
}

type Common = Pick<
  ConstructorParameters<typeof ActivityHost>[0],
  'store' | 'clock' | 'platform' | 'signals' | 'owner' | 'log'
>

function activityHost(options: Resolved, common: Common, engine: Engine, mailed: Callbacks['mailed']) {
  const { registry, concurrency, roles } = options
  if (!roles.includes('activities')) return undefined
  return new ActivityHost({ ...common, registry, concurrency, mailed, offer: (...given) => engine.offer(...given) })
}

// A process that runs no activities leaves all that turns begin to others.
const claimsOf = (host: () => ActivityHost | undefined): Claims => ({
  take: (system, incarnation) => host()?.take(system, incarnation) ?? false,
  drop: (system, incarnation) => host()?.drop(system, incarnation),
  begin: (of, started) => host()?.begin(of, started),
})

// After the end there is nobody to act on what goes wrong with what was left behind.
function quietOnceClosed(given: Log | undefined, closed: () => boolean): Log {
  const say: Log = given ?? ((problem, detail) => console.error(problem, detail))
  return (problem, detail) => {
    if (!closed()) say(problem, detail)
  }
}
