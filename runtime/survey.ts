import { surveyPage, tallySystems, type Database, type SurveyedSystem, type SystemTally } from '../db/index.ts'
import type { Activity } from './activity.ts'
import { classifyAtSight, classifyWithJournal, type Classification } from './classification.ts'
import type { Surroundings } from './live-system.ts'
import { createRegistry, definitionOf, type Machines } from './registry.ts'

export type SurveyOptions = {
  database: Pick<Database, 'sql' | 'store'>
  machines: Machines
  activities?: Record<string, Activity> | undefined
  /** Systems of this machine only. */
  machine?: string | undefined
}

const PAGE = 1_000
// Each may be a megabyte.
const LOADED_AT_ONCE = 25

/**
 * Says of every system that has not ended what becomes of it under these machines, in pages. Reads only. Systems whose
 * definition is the same are not loaded.
 */
export async function* surveySystems(options: SurveyOptions): AsyncGenerator<Classification[]> {
  const { database, machine } = options
  const around = unmoved(options)
  for (let after = ''; ;) {
    const page = await surveyPage(database.sql, { after, machine, limit: PAGE })
    const last = page.at(-1)
    if (!last) return
    yield await classified(database, page, around)
    after = last.id
  }
}

async function classified({ store }: SurveyOptions['database'], page: SurveyedSystem[], around: Surroundings) {
  const found = new Map<string, Classification>()
  const unclear: string[] = []
  for (const row of page) {
    const known = classifyAtSight(row, around.registry)
    if (known) found.set(row.id, known)
    else unclear.push(row.id)
  }
  for (let i = 0; i < unclear.length; i += LOADED_AT_ONCE)
    for (const row of await store.loadSystems(unclear.slice(i, i + LOADED_AT_ONCE)))
      found.set(row.id, await classifyWithJournal(store, row, around))
  // One that ended meanwhile is not missed.
  return page.flatMap(({ id }) => found.get(id) ?? [])
}

/** What is needed to restore systems that are not run. */
const unmoved = ({ machines, activities = {} }: SurveyOptions): Surroundings => ({
  registry: createRegistry(machines, activities),
  uuid: () => '',
  log() {},
  strayed() {},
})

export type MachineSurvey = {
  name: string
  version: string
  /** Of the definition: see `definition` of a stored system. */
  hash: string
  /** Older versions that are kept, with their hashes. */
  kept: Record<string, string>
  /** Versions that a rule leads on from. */
  rules: string[]
  /** Live systems, by version and definition. */
  systems: Omit<SystemTally, 'machine'>[]
}

/** The machines given, and those of which there are live systems though they are not given (`version` is empty then). */
export async function surveyMachines({ database, machines, activities = {} }: SurveyOptions): Promise<MachineSurvey[]> {
  const registry = createRegistry(machines, activities)
  const tallies = await tallySystems(database.sql)
  const names = new Set([...Object.keys(machines), ...tallies.map(({ machine }) => machine)])
  return [...names].map((name) => {
    const entry = registry.entry(name)
    const kept = Object.entries(entry?.versions ?? {}).map(([version, machine]) => [version, definitionOf(machine)])
    return {
      name,
      version: entry?.version ?? '',
      hash: entry ? definitionOf(entry.machine) : '',
      kept: Object.fromEntries(kept) as Record<string, string>,
      rules: Object.keys(entry?.migrations ?? {}),
      systems: tallies.filter(({ machine }) => machine === name).map(({ machine: _, ...tally }) => tally),
    }
  })
}
