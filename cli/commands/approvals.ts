import { Command } from 'commander'
import { withAdjutant } from '../compose.ts'
import { allRows, approvalIdOf, directiveId, shortApprovalId } from '../identity.ts'
import type { On } from '../shell.ts'
import { plain } from '../terminal.ts'

export const approvals = (on: On): Command =>
  new Command('approvals')
    .description('the questions that wait for a person')
    .argument('[id]', 'only those of this directive')
    .option('--all', 'also those that have been answered')
    .action(
      on(async (shell, typed: string | undefined, options: { all?: boolean }) =>
        withAdjutant(shell, 'reader', async ({ runtime }) => {
          const { terminal } = shell
          const systemId = typed && (await directiveId(runtime, typed))
          const rows = await allRows(runtime, 'approval', {
            ...(systemId && { systemId }),
            ...(!options.all && { key: 'pending' }),
          })
          if (rows.length === 0) terminal.say('No approval waits for an answer.')
          for (const row of rows) {
            const data = row.data as { question?: string; choices?: string[]; type?: string }
            terminal.data({ ...data, id: approvalIdOf(row), state: row.key })
            terminal.say(`${terminal.style('bold', shortApprovalId(row))}  ${row.key}  ${data.type ?? ''}`)
            terminal.say(`  ${plain(data.question ?? '')}`)
            if (data.choices && data.choices.length > 1) terminal.say(`  choices: ${data.choices.join(', ')}`)
          }
          if (rows.some(({ key }) => key === 'pending') && !terminal.json) {
            terminal.say(
              '`adjutant show ID` tells what each is about. ' +
                'Answer with `adjutant approve ID`, `adjutant deny ID` or `adjutant request-changes ID WORDS`.',
            )
          }
        }),
      ),
    )
