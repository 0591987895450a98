import { Command } from 'commander'
import { steer, waitOption } from '../steering.ts'
import { chainFrom } from '../directive-document.ts'
import type { On } from '../shell.ts'

export const replan = (on: On): Command =>
  new Command('replan')
    .description('give up the present chain for a new one; passed steps that are unchanged keep their results')
    .argument('<id>', 'the directive')
    .requiredOption('--reason <words>', 'why, for the planner and the record')
    .option('--chain <file>', 'a directive file whose chain is the new one')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, options: { reason: string; chain?: string; wait?: boolean }) => {
        const chain = options.chain ? await chainFrom(shell, options.chain) : undefined
        const { reason, wait } = options
        return steer(shell, id, { type: 'directive.replan', reason, ...(chain && { chain }) }, { wait })
      }),
    )
