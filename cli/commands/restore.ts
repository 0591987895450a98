import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Command } from 'commander'
import { restoreBackup } from '../../db/index.ts'
import { openAnyDatabase } from '../compose.ts'
import { Refusal } from '../refusal.ts'
import type { On } from '../shell.ts'

export const restore = (on: On): Command =>
  new Command('restore')
    .description('put a backup into an empty database: all of it, or nothing')
    .argument('<file>', 'what `adjutant backup` wrote, with this version or an older one')
    .action(
      on(async ({ environment, terminal }, file: string) => {
        const database = await openAnyDatabase(environment)
        try {
          const { madeAt, rows } = await restoreBackup(database.sql, unpacked(file))
          terminal.data({ file, madeAt, rows })
          terminal.say(`What the database knew at ${madeAt} is back: ${rows.system} systems, ${rows.journal} entries.`)
          terminal.say('What was under way then goes on as after a crash, with `adjutant serve` or `adjutant run ID`.')
        } catch (error) {
          throw explained(error, file)
        } finally {
          await database.close()
        }
      }),
    )

async function* unpacked(file: string): AsyncGenerator<Buffer> {
  const read = createReadStream(file)
  const gunzip = createGunzip()
  read.on('error', (error) => gunzip.destroy(error))
  yield* read.pipe(gunzip) as Readable & AsyncIterable<Buffer>
}

function explained(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'Z_BUF_ERROR') return new Refusal('backup.incomplete', `${file} ends too early: nothing was restored`)
  if (code?.startsWith('Z_')) return new Refusal('backup.invalid', `${file} is no backup of Adjutant, or damaged`)
  if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES')
    return new Refusal('backup.unreadable', `${file} cannot be read (${code})`)
  return error
}
