import { Command } from 'commander'
import { control } from '../control.ts'
import type { On } from '../shell.ts'

export const stop = (on: On): Command =>
  new Command('stop')
    .description('end a directive for good; what passed stays on its result branch')
    .argument('<id>', 'the directive')
    .option('--reason <words>', 'why', 'stopped from the command line')
    .action(
      on(async (shell, id: string, { reason }: { reason: string }) =>
        control(shell, id, { type: 'directive.stop', reason }),
      ),
    )
