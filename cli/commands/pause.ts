import { Command } from 'commander'
import { steer, waitOption } from '../steering.ts'
import type { On } from '../shell.ts'

export const pause = (on: On): Command =>
  new Command('pause')
    .description('start nothing new; what runs is finished and evaluated')
    .argument('<id>', 'the directive')
    .option('--interrupt', 'also cancel what runs; it is started again on resume, which is no rework')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, { interrupt, wait }: { interrupt?: boolean; wait?: boolean }) =>
        steer(
          shell,
          id,
          { type: 'directive.pause', mode: interrupt ? 'interrupt' : 'drain' },
          { wait, wanted: 'paused' },
        ),
      ),
    )
