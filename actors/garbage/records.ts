import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { attemptFolder } from '../folders.ts'
import { callsFolder } from '../model/index.ts'
import { entriesOf, type Leftover, sizeOf } from './leftover.ts'
import type { KnownDirective, Survey } from './survey.ts'

const day = 24 * 60 * 60_000

/** Logs, outboxes, sessions of agents and records of calls of a directive that ended long enough ago. */
export function* recordsOf({ home, now }: Survey, { id, endedAt, keepMs }: KnownDirective): Generator<Leftover> {
  if (endedAt === null || endedAt + keepMs > now) return
  const reason = `ended ${Math.floor((now - endedAt) / day)} days ago`
  for (const path of [dirname(dirname(attemptFolder(home, id, 'any', 1))), callsFolder(home, id)]) {
    const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
    if (entriesOf(path).length > 0)
      yield { kind: 'records', path, directiveId: id, bytes: sizeOf(path), reason, remove }
  }
}

/** Folders named after directives: here, and in those of another database that was used with this home. */
export const namedAfterDirectives = (home: string): string[] =>
  ['worktrees', 'checkouts', 'scratch', 'contracts', 'calls'].map((name) => join(home, name))
