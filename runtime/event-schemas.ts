import { Rejection } from './failures.ts'
import type { Registry } from './registry.ts'

// A system never changes its machine; this many are remembered.
const REMEMBERED = 10_000
const remembered = new WeakMap<Registry, Map<string, string>>()

/** Throws `event.invalid` where the machine of the system has schemas and the event fits none of them. */
export async function validateEvent(
  registry: Registry,
  system: string,
  event: { type: string },
  ask: () => Promise<string>,
) {
  if (!registry.hasSchemas) return
  const machineOf = remembered.get(registry) ?? new Map<string, string>()
  remembered.set(registry, machineOf)
  const name = machineOf.get(system) ?? (await ask())
  if (machineOf.size >= REMEMBERED) machineOf.clear()
  machineOf.set(system, name)
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
