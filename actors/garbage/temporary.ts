import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { contentFolder } from '../content.ts'
import { deadOwners, forgetOwner, ownersTemporaryFolder } from '../process/index.ts'
import { isOld } from './contents.ts'
import { entriesOf, type Leftover, sizeOf } from './leftover.ts'
import type { Survey } from './survey.ts'

/** What processes that died left lying, and transfers that never ended. */
export function* temporaryIn({ home, now }: Survey): Generator<Leftover> {
  for (const owner of deadOwners(home)) {
    const path = ownersTemporaryFolder(home, owner)
    const bytes = sizeOf(path)
    const remove = async () => void (await forgetOwner(home, owner))
    // The next process that hosts forgets the dead anyhow.
    if (bytes > 0) yield { kind: 'temporary', path, directiveId: null, bytes, reason: 'its process is dead', remove }
  }
  const folders = [join(home, 'publishing'), ...['incoming', 'outgoing'].map((name) => join(contentFolder(home), name))]
  for (const folder of folders)
    for (const { name } of entriesOf(folder)) {
      const path = join(folder, name)
      const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
      const reason = `left in ${basename(folder)} more than a day ago`
      if (isOld(path, now)) yield { kind: 'temporary', path, directiveId: null, bytes: sizeOf(path), reason, remove }
    }
}
