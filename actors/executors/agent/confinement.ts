import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { temporaryFolder } from '../../folders.ts'
import { everythingBut, confined, keyStores } from '../../process/index.ts'
import { excludeFile, gitFolders } from '../../workspace/index.ts'
import type { Attempt } from '../executor.ts'
import type { Reach, Task } from './preset.ts'
import { presets } from './presets/index.ts'

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm'].map((name) => `/dev/${name}`)

/**
 * Where an agent may read and write: it writes to the workspace (unless it may only look), the outbox, its TMPDIR and HOME,
 * and to what `env` of the executor names. It reads what this account may read, but for the person's keys, and of our home
 * only what is its own: the password of the embedded database lies there, with which it could approve its own work.
 */
export function reachOf({ surroundings, context, outbox, logPath }: Attempt, readOnly: boolean): Reach {
  const { workspace, contract } = context.input
  const { home, owner, env } = surroundings
  const person = env['HOME'] ?? '/nonexistent'
  const given = contract.executor.kind === 'agent' ? Object.values(contract.executor.env ?? {}) : []
  return {
    denied: [home, ...keyStores.map((name) => join(person, name))],
    reads: [workspace.path, excludeFile(workspace.path), ...gitFolders(workspace.path), dirname(logPath)],
    writes: [
      temporaryFolder(home, owner, `${context.idempotencyKey}/${context.attempt}`),
      ...(readOnly ? [] : [workspace.path]),
      outbox,
      ...given.filter((value) => isAbsolute(value) && existsSync(value)),
    ],
  }
}

/** The command confined to its reach, and its state; unless the agent keeps to its reach by itself. */
export function confinedToReach(
  { executor, reach, state }: Task,
  { surroundings }: Attempt,
  argv: readonly string[],
): string[] {
  if (presets[executor.preset].confinesItself) return [...argv]
  return confined(surroundings.env, argv, {
    reads: [...everythingBut(reach.denied), ...reach.reads],
    writes: [...devices, ...reach.writes, state],
  })
}
