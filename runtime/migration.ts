import { decode, encode, type Encoded, type RefCodec, type StoredRef } from './encoding.ts'
import { Defect } from './failures.ts'
import type { Stored } from './frozen.ts'
import type { MachineEntry, Migrate } from './registry.ts'

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

/** The version to run on: the stored one while its definition is kept, else where the migrations lead. Changes `root`. */
export function migrateRoot(root: Stored, version: string, entry: MachineEntry | undefined): string {
  let at = version
  while (
    entry &&
    at !== entry.version &&
    !entry.versions?.[at] &&
    entry.migrations &&
    Object.hasOwn(entry.migrations, at)
  ) {
    const { to, migrate } = ruleFrom(entry, entry.migrations, at)
    lift(root, migrate, `${at} to ${to}`)
    at = to
  }
  return at
}

function ruleFrom(entry: MachineEntry, migrations: NonNullable<MachineEntry['migrations']>, from: string) {
  const rule = migrations[from] as Migrate | { to: string; migrate: Migrate }
  if (typeof rule === 'object') return rule
  const names = Object.keys(migrations)
  return { to: names[names.indexOf(from) + 1] ?? entry.version, migrate: rule }
}

function lift(root: Stored, migrate: Migrate, what: string) {
  try {
    const context = decode(root.frozen.context ?? {}, sealedRefs)
    const next = migrate({ value: root.value, status: root.frozen.status, context })
    root.value = next.value as Encoded
    root.frozen = { ...root.frozen, status: next.status, context: encode(next.context, sealedRefs) }
  } catch (error) {
    throw new Defect(
      'snapshot.migration_failed',
      `the migration from version ${what} failed: ${(error as Error).message}`,
      {
        cause: error,
      },
    )
  }
}
