import { Command } from 'commander'
import { steer, waitOption } from '../steering.ts'
import type { On } from '../shell.ts'

export const resume = (on: On): Command =>
  new Command('resume')
    .description('go on with a paused directive where it was')
    .argument('<id>', 'the directive')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, { wait }: { wait?: boolean }) =>
        steer(shell, id, { type: 'directive.resume' }, { wait }),
      ),
    )
