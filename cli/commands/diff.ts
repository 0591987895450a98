import { Command } from 'commander'
import { diffOf } from '../../actors/index.ts'
import type { DirectiveContext, StepContext } from '../../machines/index.ts'
import { withAdjutant } from '../compose.ts'
import { directiveId, short } from '../identity.ts'
import { Refusal } from '../refusal.ts'
import type { On } from '../shell.ts'
import { stepOf } from '../step-of.ts'
import { plain } from '../terminal.ts'

export const diff = (on: On): Command =>
  new Command('diff')
    .description('what a directive has changed so far, or what one step delivered')
    .argument('<id>', 'the directive')
    .argument('[step]', 'only this step')
    .action(
      on(async ({ terminal, ...shell }, typed: string, name: string | undefined) =>
        withAdjutant({ terminal, ...shell }, 'reader', async ({ runtime, environment }) => {
          const id = await directiveId(runtime, typed)
          const { repository } = ((await runtime.snapshot(id)).context as DirectiveContext).file
          if (!repository) throw new Refusal('repository.none', `${short(id)} works without a repository`)
          const range = name === undefined ? {} : await deliveryOf(await contextOf(name))
          const options = { home: environment.home, env: environment.variables }
          const text = await diffOf(options, { directiveId: id, repository, ...range })
          if (text === null) throw new Refusal('result.none', `${short(id)} has no result yet`)
          terminal.data({ id, step: name ?? null, diff: text })
          if (!terminal.json && text.trim()) terminal.say(plain(text).trimEnd())
          if (!text.trim()) terminal.warn('Nothing is changed.')

          async function contextOf(step: string): Promise<StepContext> {
            const { address } = await stepOf(runtime, id, step)
            return (await runtime.snapshot(id, address)).context as StepContext
          }
        }),
      ),
    )

/** From where its work began to what it delivered last. */
function deliveryOf({ evidence, workspace, step }: StepContext): { from: string | null; to: string } {
  if (!evidence?.commit) throw new Refusal('delivery.none', `the step ${step.name} has delivered nothing yet`)
  return { from: workspace?.baseCommit ?? null, to: evidence.commit }
}
