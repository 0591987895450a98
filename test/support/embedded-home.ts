import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { preparePlace } from '../../db/embedded/place.ts'
import { embeddedStatus, stopEmbedded } from '../../db/index.ts'

/**
 * A home for an embedded database. After the test its server is stopped and everything of it removed.
 * @param mode of the folder that holds it; 0700 hides it from the server's user when root runs the test
 */
export function makeHome(mode = 0o711): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-home-'))
  chmodSync(folder, mode)
  const home = path.join(folder, 'home')
  mkdirSync(home)
  onTestFinished(async () => {
    await stopEmbedded(home)
    if (embeddedStatus(home).state !== 'absent') rmSync(preparePlace(home).state, { recursive: true, force: true })
    rmSync(folder, { recursive: true, force: true })
  })
  return home
}
