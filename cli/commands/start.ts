import { Command } from 'commander'
import { control } from '../control.ts'
import type { On } from '../shell.ts'

export const start = (on: On): Command =>
  new Command('start')
    .description('start a directive that is a draft; a paused one is planned anew, its passed steps kept')
    .argument('<id>', 'the directive')
    .action(on(async (shell, id: string) => control(shell, id, { type: 'directive.start' })))
