import type { EventObject } from 'xstate'
import { decode, encode, type Encoded, type RefCodec, type StoredRef } from './encoding.ts'
import { Defect } from './failures.ts'
import type { Stored } from './frozen.ts'
import type { MachineEntry, Migrate, MigrationRule } from './registry.ts'

// A migration works on data: a reference is carried through it as a sealed object.
class SealedRef {
  readonly ref: StoredRef
  constructor(ref: StoredRef) {
    this.ref = ref
  }
}

const sealedRefs: RefCodec = {
  store: (value) => (value instanceof SealedRef ? value.ref : undefined),
  revive: (ref) => new SealedRef(ref),
}

export type Lifted = {
  version: string
  /** Incarnations that rules were applied to, the root first. */
  changed: string[]
  /** What the root is sent afterwards. */
  then: EventObject[]
}

/**
 * Applies the rules that lead from `version` on: as far as a version whose definition is kept, or to the current one when
 * `insist`. Changes `stored`.
 */
export function lift(
  stored: ReadonlyMap<string, Stored>,
  root: string,
  { version, entry, insist }: { version: string; entry: MachineEntry | undefined; insist?: boolean | undefined },
): Lifted {
  const lifted: Lifted = { version, changed: [], then: [] }
  for (const { from, ...rule } of rulesFrom(entry, version, insist)) {
    applyRule(stored, root, rule, `${from} to ${rule.to}`, lifted.changed)
    lifted.version = rule.to
    if (rule.then) lifted.then.push(rule.then)
  }
  return lifted
}

/** The version that rules lead to from this one. */
export const destination = (entry: MachineEntry | undefined, version: string, insist?: boolean): string =>
  rulesFrom(entry, version, insist).at(-1)?.to ?? version

/** The rules to apply in turn; none: where it is, it stays. */
function rulesFrom(entry: MachineEntry | undefined, version: string, insist = false) {
  const rules: (MigrationRule & { from: string })[] = []
  const kept = (at: string) =>
    at === entry?.version || (!insist && entry?.versions && Object.hasOwn(entry.versions, at))
  const migrations = entry?.migrations ?? {}
  const names = Object.keys(migrations)
  // Rules that lead in a circle lead nowhere.
  for (let at = version; !kept(at) && Object.hasOwn(migrations, at) && rules.length < names.length;) {
    const given = migrations[at] as Migrate | MigrationRule
    const next = { to: names[names.indexOf(at) + 1] ?? (entry as MachineEntry).version }
    rules.push({ from: at, ...(typeof given === 'object' ? given : { ...next, migrate: given }) })
    at = (rules.at(-1) as MigrationRule).to
  }
  return rules
}

function applyRule(
  stored: ReadonlyMap<string, Stored>,
  root: string,
  rule: MigrationRule,
  what: string,
  changed: string[],
) {
  if (!changed.length) changed.push(root)
  if (rule.migrate) liftOne(stored.get(root) as Stored, rule.migrate, what)
  if (!rule.below) return
  for (const [incarnation, actor] of stored) {
    if (incarnation === root || actor.frozen.kind !== 'machine') continue
    const migrate = rule.below[sourcesOf(stored, actor).join('/')]
    if (!migrate) continue
    liftOne(actor, migrate, what)
    if (!changed.includes(incarnation)) changed.push(incarnation)
  }
}

/** The names of logic from below the root down to the actor. */
function sourcesOf(stored: ReadonlyMap<string, Stored>, { frozen }: Stored): string[] {
  const parent = frozen.parent === null ? undefined : stored.get(frozen.parent)
  return parent ? [...sourcesOf(stored, parent), frozen.src] : []
}

function liftOne(actor: Stored, migrate: Migrate, what: string) {
  const { value, frozen } = actor
  try {
    const context = decode(frozen.context ?? {}, sealedRefs)
    const next = migrate({ value, status: frozen.status, context, ...(frozen.history && { history: frozen.history }) })
    actor.value = next.value as Encoded
    const kept = { ...frozen, status: next.status, context: encode(next.context, sealedRefs) }
    actor.frozen = next.history ? { ...kept, history: next.history } : kept
  } catch (error) {
    const message = `the migration from version ${what} failed: ${(error as Error).message}`
    throw new Defect('snapshot.migration_failed', message, { cause: error })
  }
}
