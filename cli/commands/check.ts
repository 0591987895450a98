import { Command } from 'commander'
import { readDirectiveDocument } from '../directive-document.ts'
import { isError, sayMistakes } from '../mistake.ts'
import { exit } from '../refusal.ts'
import type { On } from '../shell.ts'

export const check = (on: On): Command =>
  new Command('check')
    .description('find every mistake in a directive file, with its line and a suggestion')
    .argument('<file>', 'a directive file (YAML or JSON)')
    .action(
      on(async ({ terminal }, file: string) => {
        const { directive, mistakes } = await readDirectiveDocument(file)
        sayMistakes(mistakes, terminal)
        if (!directive) {
          const count = mistakes.filter(isError).length
          terminal.say(terminal.style('red', `${count} ${count === 1 ? 'mistake' : 'mistakes'} in ${file}`))
          return exit.usage
        }
        const steps = directive.chain?.steps.length ?? 0
        terminal.data({ file, title: directive.title, steps, mistakes: 0 })
        terminal.say(`${file} is in order: "${directive.title}", ${steps} ${steps === 1 ? 'step' : 'steps'}.`)
        return exit.completed
      }),
    )
