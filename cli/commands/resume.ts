import { Command } from 'commander'
import { control } from '../control.ts'
import type { On } from '../shell.ts'

export const resume = (on: On): Command =>
  new Command('resume')
    .description('go on with a paused directive where it was')
    .argument('<id>', 'the directive')
    .action(on(async (shell, id: string) => control(shell, id, { type: 'directive.resume' })))
