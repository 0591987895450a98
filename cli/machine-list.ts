import { surveyMachines, type MachineSurvey } from '../runtime/index.ts'
import type { Shell } from './shell.ts'
import { withSurvey } from './survey.ts'

export const listMachines = (shell: Shell): Promise<void> =>
  withSurvey(shell, { migrate: false }, async (survey) => {
    for (const machine of await surveyMachines(survey)) {
      shell.terminal.data(machine)
      sayMachine(shell, machine)
    }
  })

function sayMachine({ terminal }: Shell, { name, version, hash, kept, rules, systems }: MachineSurvey) {
  terminal.say(`${name.padEnd(12)} ${version ? `version ${version}  ${hash}` : 'is not part of this code'}`)
  for (const [old, its] of Object.entries(kept)) terminal.say(`${' '.repeat(13)}keeps   ${old}  ${its}`)
  if (rules.length) terminal.say(`${' '.repeat(13)}lifts from ${rules.join(', ')}`)
  for (const each of systems) {
    const parked = each.parked ? `, ${each.parked} parked` : ''
    const same = each.version === version && each.definition === hash
    const by = same ? 'by this definition' : `by version ${each.version}  ${each.definition}`
    terminal.say(`${' '.repeat(13)}${each.active + each.parked} live ${by}${parked}`)
  }
}
