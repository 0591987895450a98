import type { ActivityAttempt } from '../db/index.ts'
import type { ActivityContext, ActivityRun, RetryPolicy } from './activity.ts'
import type { Audience, Tell } from './attempt.ts'
import { ActivityFailure } from './failures.ts'
import { logicAt } from './logic.ts'
import { destination } from './migration.ts'
import type { Registry } from './registry.ts'

export type ResolvedActivity = {
  run(context: ActivityContext, tell: Tell): Promise<unknown>
  timeoutMs?: number
  heartbeatMs?: number
  retry: RetryPolicy
}

type PromiseLogic = { config: (given: object) => unknown }

/** The function to run: one given to the runtime under that name, else the promise in the machine itself. */
export function resolveActivity(registry: Registry, row: ActivityAttempt): ResolvedActivity {
  const path = JSON.parse(row.src) as string[]
  const given = registry.activity(path.at(-1) as string)
  if (typeof given === 'function') return { run: given as ActivityRun, retry: {} }
  if (given) return { ...given, retry: given.retry ?? {} }
  // It may have been started before its system was migrated.
  const version = destination(registry.entry(row.machine), row.version)
  const logic = logicAt(registry.machine(row.machine, version), path) as PromiseLogic | undefined
  if (logic) return { run: (context, tell) => runPromise(logic, row, context, tell), retry: {} }
  const what = `nothing is registered for ${path.join('/')} of machine ${row.machine}`
  throw new ActivityFailure('activity.missing', what)
}

// What XState's promise logic is given, as far as it reaches beyond the promise: all that is sent becomes mail.
function runPromise(logic: PromiseLogic, row: ActivityAttempt, { input, signal }: ActivityContext, tell: Tell) {
  const say = (audience?: Audience) => (event: { type: string }) => void tell(event, audience).catch(() => {})
  const self = { sessionId: row.incarnation, getSnapshot: () => ({ status: 'active', input }), send() {} }
  const system = { get: (systemId: string) => ({ send: say({ systemId }) }) }
  const given = { input, signal, self: { ...self, _parent: { send: say() } }, system, emit: say({ emission: true }) }
  return Promise.resolve(logic.config(given))
}
