import { encode, join } from './encoding.ts'

/** One actor as an outside reader sees it, every part encoded. */
export type ActorView = {
  value: unknown
  context: unknown
  status: unknown
  output: unknown
  error: unknown
  tags: unknown
  meta: unknown
}

/** All actors of a system by address. */
export type Observation = Record<string, ActorView>

/** What a run leaves behind: one observation per script item (and one after the start), then what it said. */
export type Trail = {
  observations: Observation[]
  emitted: { address: string; event: unknown }[]
  records: unknown[]
}

export type Readable = {
  value?: unknown
  context?: unknown
  status: unknown
  output?: unknown
  error?: unknown
  tags?: Iterable<string>
}

export const view = (snapshot: Readable, meta?: unknown): ActorView => ({
  value: encode(snapshot.value),
  context: encode(snapshot.context),
  status: snapshot.status,
  output: encode(snapshot.output),
  error: encode(snapshot.error),
  tags: [...(snapshot.tags ?? [])].sort(),
  meta: encode(meta),
})

/**
 * Ids that XState numbers per process (`x:0`) and the runtime numbers durably never match by name. Both are renamed
 * by order of appearance: `isGiven` tells the ids that the machine itself gave.
 */
export function createRenaming(isGiven: (id: string) => boolean, known: Record<string, string> = {}) {
  const names = new Map<string, string>(Object.entries(known))
  let numbered = 0
  const rename = (id: string) => {
    if (isGiven(id)) return id
    const earlier = names.get(id)
    if (earlier) return earlier
    const name = `numbered-${++numbered}`
    names.set(id, name)
    return name
  }
  const address = (path: string) => (path === '' ? '' : path.split('/').map(rename).reduce(join))
  const text = (value: string) => names.get(value) ?? value
  return { address, text }
}

type Renaming = ReturnType<typeof createRenaming>

export const renameObservation = (observation: Observation, renaming: Renaming): Observation =>
  Object.fromEntries(
    Object.entries(observation)
      .map(([path, actor]) => [renaming.address(path), actor] as const)
      .map(([path, actor]) => [path, renameIn(actor, renaming)]),
  ) as Observation

export function renameIn(value: unknown, renaming: Renaming): unknown {
  if (typeof value === 'string') return renaming.text(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((item) => renameIn(item, renaming))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'address' ? renaming.address(String(item)) : renameIn(item, renaming),
    ]),
  )
}
