import { Command } from 'commander'
import { withAdjutant } from '../compose.ts'
import { allRows, short } from '../identity.ts'
import type { On } from '../shell.ts'
import { plain, table } from '../terminal.ts'

export const list = (on: On): Command =>
  new Command('list')
    .description('the directives there are, newest first')
    .option('--state <state>', 'only those in this state: draft, planning, active, paused, completed, failed')
    .action(
      on(async (shell, options: { state?: string }) =>
        withAdjutant(shell, 'reader', async ({ runtime }) => {
          const { terminal } = shell
          const rows = await allRows(runtime, 'directive', options.state ? { key: options.state } : {})
          for (const { systemId, key, data } of rows) terminal.data({ ...(data as object), id: systemId, state: key })
          if (rows.length === 0) terminal.say('No directives. `adjutant init` writes a file to begin with.')
          const cells = rows.map(({ systemId, key, data }) => {
            const { title } = data as { title?: string }
            return [short(systemId), key, plain(title ?? '')]
          })
          for (const line of table(cells)) terminal.say(line)
        }),
      ),
    )
