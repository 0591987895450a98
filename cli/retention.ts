import { join } from 'node:path'
import { z } from 'zod'
import { readHomeFile } from './home-file.ts'
import { sayMistakes } from './mistake.ts'
import { Refusal } from './refusal.ts'
import type { Shell } from './shell.ts'

const Days = z.number().nonnegative()

/**
 * `$ADJUTANT_HOME/config.yaml`. `retention`: how many days after its end what a directive said and put out is kept, and its
 * history (that for seven days at least).
 */
const ConfigFile = z.strictObject({
  retention: z.strictObject({ completedDays: Days.default(30), failedDays: Days.default(90) }).prefault({}),
  /** How often a process that hosts directives lets `gc --apply` run. 0: never. */
  gc: z.strictObject({ everyHours: z.number().nonnegative().max(500).default(24) }).prefault({}),
})

export const readConfigFile = (path: string) => readHomeFile(path, ConfigFile)

/** In milliseconds, by the state that a directive ended in. */
export type Retention = { completed: number; failed: number }

/** Milliseconds; 0: never. A file with mistakes keeps nobody from working: `doctor` and `gc` tell of them. */
export async function readHousekeeping({ environment }: Pick<Shell, 'environment'>): Promise<{ everyMs: number }> {
  const { file } = await readConfigFile(join(environment.home, 'config.yaml')).catch(() => ({ file: undefined }))
  return { everyMs: (file?.gc.everyHours ?? 0) * 60 * 60_000 }
}

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
