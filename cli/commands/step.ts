import { Command } from 'commander'
import { withAdjutant } from '../compose.ts'
import { deliver } from '../control.ts'
import { stateOf } from '../directive-view.ts'
import { directiveId, short } from '../identity.ts'
import type { On, Shell } from '../shell.ts'
import { stepOf } from '../step-of.ts'

export const step = (on: On): Command => {
  const group = new Command('step').description('decide about a step that is blocked')
  group.addCommand(
    stepCommand('retry', 'work on it again')
      .option('--comment <words>', 'what to do differently, for the executor')
      .action(
        on(async (shell, id: string, name: string, { comment }: { comment?: string }) =>
          decide(shell, id, name, { type: 'step.retry', ...(comment && { comment }) }),
        ),
      ),
  )
  group.addCommand(
    stepCommand('skip', 'go on without it')
      .option('--reason <words>', 'why', 'skipped from the command line')
      .action(
        on(async (shell, id: string, name: string, { reason }: { reason: string }) =>
          decide(shell, id, name, { type: 'step.skip', reason }),
        ),
      ),
  )
  group.addCommand(
    stepCommand('approve', 'take its work as it is')
      .requiredOption('--reason <words>', 'why, for the record')
      .action(
        on(async (shell, id: string, name: string, { reason }: { reason: string }) =>
          decide(shell, id, name, { type: 'step.approve', reason }),
        ),
      ),
  )
  return group
}

const stepCommand = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<id>', 'the directive')
    .argument('<step>', 'the name of the step')

async function decide(shell: Shell, typed: string, name: string, command: { type: string; [key: string]: unknown }) {
  await withAdjutant(shell, 'control', async (adjutant) => {
    const { runtime } = adjutant
    const id = await directiveId(runtime, typed)
    // Only the latest generation can still be decided about.
    const row = await stepOf(runtime, id, name.replace(/-g\d+$/, ''))
    await deliver(adjutant, id, command, row.address)
    const { value } = await runtime.snapshot(id, row.address)
    const state = stateOf(value)
    shell.terminal.data({ id, step: row.address, state })
    shell.terminal.say(`Step ${row.name} of ${short(id)} is ${state}.`)
  })
}
