import { Command } from 'commander'
import { steer, waitOption } from '../steering.ts'
import type { On } from '../shell.ts'

export const stop = (on: On): Command =>
  new Command('stop')
    .description('end a directive for good; what passed stays on its result branch')
    .argument('<id>', 'the directive')
    .option('--reason <words>', 'why', 'stopped from the command line')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, { reason, wait }: { reason: string; wait?: boolean }) =>
        steer(shell, id, { type: 'directive.stop', reason }, { wait, wanted: 'failed' }),
      ),
    )
