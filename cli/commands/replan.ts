import { Command } from 'commander'
import { control } from '../control.ts'
import { chainFrom } from '../directive-document.ts'
import type { On } from '../shell.ts'

export const replan = (on: On): Command =>
  new Command('replan')
    .description('give up the present chain for a new one; passed steps that are unchanged keep their results')
    .argument('<id>', 'the directive')
    .requiredOption('--reason <words>', 'why, for the planner and the record')
    .option('--chain <file>', 'a directive file whose chain is the new one')
    .action(
      on(async (shell, id: string, options: { reason: string; chain?: string }) => {
        const chain = options.chain ? await chainFrom(shell, options.chain) : undefined
        await control(shell, id, { type: 'directive.replan', reason: options.reason, ...(chain && { chain }) })
      }),
    )
