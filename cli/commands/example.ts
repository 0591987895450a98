import { Command } from 'commander'
import { runExample } from '../example.ts'
import { type ExampleName, examples } from '../examples.ts'
import type { On } from '../shell.ts'

export const example = (on: On): Command => {
  const group = new Command('example').description('see Adjutant at work on a repository of its own')
  for (const name of Object.keys(examples) as ExampleName[]) {
    const { summary } = examples[name]
    group.addCommand(new Command(name).description(summary).action(on(async (shell) => runExample(shell, name))))
  }
  return group
}
