import { createWriteStream } from 'node:fs'
import { link, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Command } from 'commander'
import { backupOf } from '../../db/index.ts'
import { openAnyDatabase } from '../compose.ts'
import { Refusal } from '../refusal.ts'
import type { On } from '../shell.ts'
import { sizeText } from '../size.ts'

export const backup = (on: On): Command =>
  new Command('backup')
    .description('write all that the database knows to a file; others may go on meanwhile')
    .argument('<file>', 'a new file; it holds everything that directives were told, and is for you only')
    .action(
      on(async ({ environment, terminal }, typed: string) => {
        const file = resolve(typed)
        if (await stat(file).catch(() => null)) throw taken(file)
        const part = `${file}.${process.pid}.part`
        const database = await openAnyDatabase(environment)
        try {
          const output = createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true })
          await pipeline(Readable.from(backupOf(database.sql)), createGzip({ level: 6 }), output)
          // Never over a file that came to be meanwhile.
          await link(part, file)
        } catch (error) {
          throw explained(error, file)
        } finally {
          await rm(part, { force: true })
          await database.close()
        }
        const { size } = await stat(file)
        terminal.data({ file, bytes: size })
        terminal.say(`${file} (${sizeText(size)}) holds what the database knew a moment ago.`)
        terminal.say(
          `Worktrees, logs and conversations are files in ${environment.home}: copy them, too, to move elsewhere.`,
        )
      }),
    )

const taken = (file: string) => new Refusal('backup.exists', `${file} is there already`, { advice: 'name a new file' })

function explained(error: unknown, file: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (code === 'EEXIST') return taken(file)
  if (syscall === undefined || !/^E[A-Z]+$/.test(code ?? '')) return error
  return new Refusal('backup.unwritable', `${file} cannot be written (${code})`, { cause: error })
}
