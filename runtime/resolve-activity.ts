import type { ActivityAttempt } from '../db/index.ts'
import type { ActivityContext, ActivityRun, RetryPolicy } from './activity.ts'
import { ActivityFailure } from './failures.ts'
import { logicAt } from './logic.ts'
import type { Registry } from './registry.ts'

export type ResolvedActivity = { run: ActivityRun; timeoutMs?: number; heartbeatMs?: number; retry: RetryPolicy }

type Stray = (event: { type: string }, systemId: string | undefined) => void
type PromiseLogic = { config: (arguments_: object) => unknown }

/** The function to run: one given to the runtime under that name, else the promise in the machine itself. */
export function resolveActivity(registry: Registry, row: ActivityAttempt, stray: Stray): ResolvedActivity {
  const path = JSON.parse(row.src) as string[]
  const given = registry.activity(path.at(-1) as string)
  if (typeof given === 'function') return { run: given, retry: {} }
  if (given) return { ...given, retry: given.retry ?? {} }
  return { run: (context) => runPromise(registry, row, path, context, stray), retry: {} }
}

function runPromise(registry: Registry, row: ActivityAttempt, path: string[], context: ActivityContext, stray: Stray) {
  const logic = logicAt(registry.machine(row.machine, row.version), path) as PromiseLogic | undefined
  if (!logic)
    throw new ActivityFailure(
      'activity.missing',
      `nothing is registered for ${path.join('/')} of machine ${row.machine}`,
    )
  const { input, signal } = context
  const self = {
    id: path.at(-1),
    sessionId: row.incarnation,
    getSnapshot: () => ({ status: 'active', input }),
    send() {},
  }
  const parent = { send: (event: { type: string }) => stray(event, undefined) }
  const system = { get: (systemId: string) => ({ send: (event: { type: string }) => stray(event, systemId) }) }
  return Promise.resolve(logic.config({ input, signal, self: { ...self, _parent: parent }, system, emit() {} }))
}
