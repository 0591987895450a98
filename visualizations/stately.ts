import type { AnyStateMachine } from 'xstate'

/**
 * Source text for Stately's "Import from code", and for anybody's `createMachine(config).provide(...)`.
 * It comes from `machine.config`: `machine.definition` drops every `always` and does not go back into `createMachine`.
 */
export const toStately = (machine: AnyStateMachine): string =>
  `import { createMachine } from 'xstate'\nexport const machine = createMachine(${JSON.stringify(machine.config, null, 2)})\n`

/**
 * Where the config holds functions, as paths (`states.idle.on.go.guard`). JSON loses them: harmless for `context`,
 * `input` and `output`, which no picture shows; a guard or an action must be named.
 */
export function functionsIn(config: unknown, path: string[] = []): string[] {
  if (typeof config === 'function') return [path.join('.')]
  if (typeof config !== 'object' || config === null) return []
  return Object.entries(config).flatMap(([key, value]) => functionsIn(value, [...path, key]))
}
