import { createActivities, noModels } from '../actors/index.ts'
import { isUnused } from '../db/index.ts'
import { machines } from '../machines/index.ts'
import type { SurveyOptions } from '../runtime/index.ts'
import { openAnyDatabase } from './compose.ts'
import { Refusal } from './refusal.ts'
import type { Shell } from './shell.ts'

/**
 * What the machines of this code are held against. `migrate` false leaves the database wholly as it is: it may be in use by
 * an older version.
 */
export async function withSurvey<T>(
  { environment }: Shell,
  options: { migrate: boolean },
  use: (survey: SurveyOptions) => Promise<T>,
): Promise<T> {
  const database = await openAnyDatabase(environment, options)
  try {
    const { home, variables, privateHosts } = environment
    const activities = createActivities({ home, env: variables, models: noModels, privateHosts })
    return await use({ database, machines, activities })
  } catch (error) {
    throw (await isUnused(database.sql)) ? nothing(error) : error
  } finally {
    await database.close()
  }
}

const nothing = (cause: unknown) =>
  new Refusal('database.empty', 'Adjutant has not used this database yet, so there is nothing to look at', { cause })
