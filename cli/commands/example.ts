import { Command } from 'commander'
import { runExample } from '../example.ts'
import type { On } from '../shell.ts'

export const example = (on: On): Command => {
  const group = new Command('example').description('see Adjutant at work on a repository of its own')
  group.addCommand(
    new Command('default')
      .description('put a small library right: failing tests, a rework, an approval (what `npm start` runs)')
      .action(on(async (shell) => runExample(shell, 'default'))),
  )
  group.addCommand(
    new Command('thinking')
      .description('the same library with a goal alone: planned, worked on and judged by models (ADJUTANT_MODEL)')
      .action(on(async (shell) => runExample(shell, 'thinking'))),
  )
  return group
}
