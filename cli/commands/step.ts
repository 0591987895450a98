import { Command } from 'commander'
import { withAdjutant } from '../compose.ts'
import { deliver } from '../control.ts'
import { stateOf } from '../directive-view.ts'
import { directiveId, short } from '../identity.ts'
import { exit, type ExitCode } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'
import { placeOf, stay, waitOption } from '../steering.ts'
import { stepOf } from '../step-of.ts'

export const step = (on: On): Command => {
  const group = new Command('step').description('decide about a step that is blocked')
  group.addCommand(
    stepCommand('retry', 'work on it again')
      .option('--comment <words>', 'what to do differently, for the executor')
      .action(
        on(async (shell, id: string, name: string, { comment, wait }: { comment?: string; wait?: boolean }) =>
          decide(shell, id, name, { type: 'step.retry', ...(comment && { comment }) }, wait),
        ),
      ),
  )
  group.addCommand(
    stepCommand('skip', 'go on without it')
      .option('--reason <words>', 'why', 'skipped from the command line')
      .action(
        on(async (shell, id: string, name: string, { reason, wait }: { reason: string; wait?: boolean }) =>
          decide(shell, id, name, { type: 'step.skip', reason }, wait),
        ),
      ),
  )
  group.addCommand(
    stepCommand('approve', 'take its work as it is')
      .requiredOption('--reason <words>', 'why, for the record')
      .action(
        on(async (shell, id: string, name: string, { reason, wait }: { reason: string; wait?: boolean }) =>
          decide(shell, id, name, { type: 'step.approve', reason }, wait),
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
    .option(...waitOption)

type Decision = { type: string; [key: string]: unknown }

async function decide(shell: Shell, typed: string, name: string, decision: Decision, wait = false): Promise<ExitCode> {
  const { id, after } = await withAdjutant(shell, 'control', async (adjutant) => {
    const { runtime } = adjutant
    const id = await directiveId(runtime, typed)
    // Only the latest generation can still be decided about.
    const row = await stepOf(runtime, id, name.replace(/-g\d+$/, ''))
    const { seq } = await runtime.snapshot(id)
    await deliver(adjutant, id, decision, row.address)
    const { value } = await runtime.snapshot(id, row.address)
    const state = stateOf(value)
    if (!wait) shell.terminal.data({ id, step: row.address, state })
    shell.terminal.say(`Step ${row.name} of ${short(id)} is ${state}.`)
    return { id, after: placeOf(seq) }
  })
  return wait ? stay(shell, id, after) : exit.completed
}
