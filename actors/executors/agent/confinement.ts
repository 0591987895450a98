import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { temporaryFolder } from '../../folders.ts'
import { everythingBut, confined, keyStores } from '../../process/index.ts'
import { excludeFile, gitFolders } from '../../workspace/index.ts'
import type { Attempt } from '../executor.ts'
import type { Task } from './preset.ts'
import { presets } from './presets/index.ts'

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm'].map((name) => `/dev/${name}`)

/**
 * The command confined, unless the agent has one of its own: it writes to the workspace (unless it may only look),
 * the outbox, its state, its TMPDIR and HOME, and to what `env` of the executor names. It reads what this account may
 * read, but for the person's keys, and of our home only what is its own: the password of the embedded database lies there,
 * with which it could approve its own work.
 */
export function confinedToReach(task: Task, attempt: Attempt, argv: readonly string[]): string[] {
  const { surroundings, context } = attempt
  if (presets[task.executor.preset].confinesItself) return [...argv]
  const run = `${context.idempotencyKey}/${context.attempt}`
  const person = surroundings.env['HOME'] ?? '/nonexistent'
  const named = Object.values(task.executor.env ?? {}).filter((value) => isAbsolute(value) && existsSync(value))
  return confined(surroundings.env, argv, {
    reads: [
      ...everythingBut([surroundings.home, ...keyStores.map((name) => join(person, name))]),
      ...[task.workspace, excludeFile(task.workspace), ...gitFolders(task.workspace)],
      dirname(task.promptFile),
    ],
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
