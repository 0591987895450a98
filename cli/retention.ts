import { join } from 'node:path'
import { z } from 'zod'
import { readHomeFile } from './home-file.ts'
import { sayMistakes } from './mistake.ts'
import { Refusal } from './refusal.ts'
import type { Shell } from './shell.ts'

const Days = z.number().nonnegative()

/** `$ADJUTANT_HOME/config.yaml`: how many days after its end what a directive said and put out is kept. */
const ConfigFile = z.strictObject({
  retention: z.strictObject({ completedDays: Days.default(30), failedDays: Days.default(90) }).prefault({}),
})

export const readConfigFile = (path: string) => readHomeFile(path, ConfigFile)

/** In milliseconds, by the state that a directive ended in. */
export type Retention = { completed: number; failed: number }

const day = 24 * 60 * 60_000

/** What is wrong in the file is said, and the file refused. */
export async function readRetention({ environment, terminal }: Pick<Shell, 'environment' | 'terminal'>) {
  const path = join(environment.home, 'config.yaml')
  const { file, mistakes } = await readConfigFile(path)
  sayMistakes(mistakes, terminal)
  if (!file) throw new Refusal('config.invalid', `${path} has mistakes`)
  const { completedDays, failedDays } = file.retention
  return { completed: completedDays * day, failed: failedDays * day } satisfies Retention
}

export const retentionOfDays = (days: number): Retention => ({ completed: days * day, failed: days * day })
