import { Rejection } from './failures.ts'
import type { Registry } from './registry.ts'

// A system never changes its machine; this many are remembered.
const REMEMBERED = 10_000
const remembered = new WeakMap<Registry, Map<string, Promise<string>>>()

/** Throws `event.invalid` where the machine of the system has schemas and the event fits none of them. */
export async function validateEvent(
  registry: Registry,
  system: string,
  event: { type: string },
  ask: () => Promise<string>,
) {
  if (!registry.hasSchemas) return
  const name = await nameOf(registry, system, ask)
  const schemas = registry.entry(name)?.schemas
  if (!schemas) return
  const schema = Object.hasOwn(schemas, event.type) ? schemas[event.type] : undefined
  if (!schema)
    throw new Rejection(
      'event.invalid',
      `${name} takes no event ${event.type}; it takes ${Object.keys(schemas).join(', ')}`,
    )
  const parsed = schema.safeParse(event)
  if (!parsed.success)
    throw new Rejection('event.invalid', `${event.type} is not as it should be: ${parsed.error?.message ?? ''}`)
}

// The promise is remembered, not its value: sends that came first would be overtaken while they ask.
function nameOf(registry: Registry, system: string, ask: () => Promise<string>): Promise<string> {
  const machineOf = remembered.get(registry) ?? new Map<string, Promise<string>>()
  remembered.set(registry, machineOf)
  const known = machineOf.get(system)
  if (known) return known
  if (machineOf.size >= REMEMBERED) machineOf.clear()
  const asking = ask()
  machineOf.set(system, asking)
  asking.catch(() => machineOf.delete(system))
  return asking
}
