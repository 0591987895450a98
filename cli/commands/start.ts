import { Command } from 'commander'
import { steer, waitOption } from '../steering.ts'
import type { On } from '../shell.ts'

export const start = (on: On): Command =>
  new Command('start')
    .description('start a directive that is a draft; a paused one is planned anew, its passed steps kept')
    .argument('<id>', 'the directive')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, { wait }: { wait?: boolean }) =>
        steer(shell, id, { type: 'directive.start' }, { wait }),
      ),
    )
