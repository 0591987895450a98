import { Command } from 'commander'
import { plannerSourceOf } from '../../machines/index.ts'
import { readDirectiveDocument } from '../directive-document.ts'
import { isError, sayMistakes } from '../mistake.ts'
import { exit } from '../refusal.ts'
import type { On } from '../shell.ts'

export const check = (on: On): Command =>
  new Command('check')
    .description('find every mistake in a directive file, with its line and a suggestion')
    .argument('<file>', 'a directive file (YAML or JSON)')
    .action(
      on(async ({ terminal, environment }, file: string) => {
        const { directive, mistakes } = await readDirectiveDocument(file, environment.models.defaults.planner)
        sayMistakes(mistakes, terminal)
        if (!directive) {
          const count = mistakes.filter(isError).length
          terminal.say(terminal.style('red', `${count} ${count === 1 ? 'mistake' : 'mistakes'} in ${file}`))
          return exit.usage
        }
        const steps = directive.chain?.steps.length
        terminal.data({ file, title: directive.title, steps: steps ?? 0, mistakes: 0 })
        const planned = plannerSourceOf(directive) === 'model' ? 'to be planned by a model' : 'from the template'
        const many = steps === undefined ? planned : `${steps} ${steps === 1 ? 'step' : 'steps'}`
        terminal.say(`${file} is in order: "${directive.title}", ${many}.`)
        return exit.completed
      }),
    )
