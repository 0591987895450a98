import type { KnownDirective, Survey } from '../actors/index.ts'
import { mentionedHashes, systemsAtWork } from '../db/index.ts'
import type { DirectiveContext } from '../machines/index.ts'
import type { Adjutant } from './compose.ts'
import { allRows, type Row, uniquePrefix } from './identity.ts'
import type { Retention } from './retention.ts'

/** How many systems' rows are read through by one statement. */
const portion = 100

/** What there is to know of a database before its home is looked through. `discard`: directives, or what begins their ids. */
export async function surveyFor(
  { runtime, database, environment }: Adjutant,
  { retention, discard, unknown }: { retention: Retention; discard: readonly string[]; unknown: readonly string[] },
): Promise<Survey> {
  const { sql } = database
  // Before the directives: what ends in between is then looked at the next time.
  const busy = new Set((await systemsAtWork(sql)).map(({ id }) => id))
  const rows = await allRows(runtime, 'directive')
  const ids = rows.map(({ systemId }) => systemId)
  const given = new Set(discard.map((typed) => uniquePrefix('directive', typed, ids)))
  return {
    home: environment.home,
    env: environment.variables,
    now: Date.now(),
    directives: rows.map((row) => knownOf(row, retention, given.has(row.systemId))),
    discardUnknown: unknown,
    busy,
    async repositoryOf(id) {
      return ((await runtime.snapshot(id)).context as DirectiveContext).file.repository ?? null
    },
    async mentionedBy(systems) {
      const hashes = new Set<string>()
      for (let from = 0; from < systems.length; from += portion)
        for (const { hash } of await mentionedHashes(sql, systems.slice(from, from + portion))) hashes.add(hash)
      return hashes
    },
  }
}

const knownOf = ({ systemId: id, key, data }: Row, retention: Retention, discard: boolean): KnownDirective => {
  const { finishedAt } = data as { finishedAt: number | null }
  return { id, endedAt: finishedAt, keepMs: key === 'completed' ? retention.completed : retention.failed, discard }
}
