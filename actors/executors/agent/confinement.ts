import { existsSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { temporaryFolder } from '../../folders.ts'
import { fenced } from '../../process/index.ts'
import type { Attempt } from '../executor.ts'
import type { Task } from './preset.ts'
import { presets } from './presets/index.ts'

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm'].map((name) => `/dev/${name}`)

/**
 * The command behind a fence, unless the agent has one of its own: it reads what this account may read, and writes to the
 * workspace (unless it may only look), the outbox, its state, its TMPDIR and HOME, and to what `env` of the executor names.
 */
export function fencedIn(task: Task, attempt: Attempt, argv: readonly string[]): string[] {
  const { surroundings, context } = attempt
  if (presets[task.executor.preset].confinesItself) return [...argv]
  const run = `${context.idempotencyKey}/${context.attempt}`
  const named = Object.values(task.executor.env ?? {}).filter((value) => isAbsolute(value) && existsSync(value))
  return fenced(surroundings.env, argv, {
    reads: ['/'],
    writes: [
      ...devices,
      temporaryFolder(surroundings.home, surroundings.owner, run),
      ...(task.readOnly ? [] : [task.workspace]),
      task.outbox,
      task.state,
      ...named,
    ],
  })
}
