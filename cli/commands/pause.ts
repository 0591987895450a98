import { Command } from 'commander'
import { control } from '../control.ts'
import type { On } from '../shell.ts'

export const pause = (on: On): Command =>
  new Command('pause')
    .description('start nothing new; what runs is finished and evaluated')
    .argument('<id>', 'the directive')
    .option('--interrupt', 'also cancel what runs; it is started again on resume, which is no rework')
    .action(
      on(async (shell, id: string, options: { interrupt?: boolean }) =>
        control(shell, id, { type: 'directive.pause', mode: options.interrupt ? 'interrupt' : 'drain' }),
      ),
    )
