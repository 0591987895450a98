import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { accompany } from '../accompaniment.ts'
import { withAdjutant, type Adjutant } from '../compose.ts'
import { createDirective, startDirective } from '../directive-creation.ts'
import { directiveFrom } from '../directive-document.ts'
import { viewDirective } from '../directive-view.ts'
import { directiveId, short } from '../identity.ts'
import { awaitCourier } from '../notices.ts'
import { Refusal } from '../refusal.ts'
import { newSystemId } from '../../runtime/index.ts'
import type { On, Shell } from '../shell.ts'

export const run = (on: On): Command =>
  new Command('run')
    .description('create a directive from a file, start it, and work on it until it ends or waits for a person')
    .argument('<file-or-id>', 'a directive file; or the id of a directive to go on with')
    .option('--wait', 'stay while a person is waited for')
    .option('--no-input', 'ask nothing at the terminal; what waits for an answer is said')
    .action(
      on(async (shell, typed: string, { wait, input }: { wait?: boolean; input: boolean }) => {
        const isFile = existsSync(typed) || /[/\\]|\.(ya?ml|json)$/i.test(typed)
        // Read before the database is opened: a mistake in the file is answered at once.
        const file = isFile ? await directiveFrom(shell, typed) : undefined
        const id = file ? newSystemId() : await withAdjutant(shell, 'reader', (adjutant) => existing(adjutant, typed))
        const work = async (adjutant: Adjutant) => {
          announce(shell, id, file ? 'Running' : 'Going on with')
          const after = file ? undefined : await lastSeen(adjutant, id)
          if (file) await createDirective(adjutant, id, file)
          if (file || (await isDraft(adjutant, id))) await startDirective(adjutant, id)
          const code = await accompany(shell, adjutant, id, { after, wait, input })
          await awaitCourier(shell, adjutant, id)
          return code
        }
        return withAdjutant(shell, 'host', work, `run ${id}`)
      }),
    )

async function existing({ runtime }: Adjutant, typed: string): Promise<string> {
  try {
    return await directiveId(runtime, typed)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'directive.not_found') throw error
    throw new Refusal(error.code, `${typed} is neither a file nor a directive`, { advice: error.advice })
  }
}

/** One whose first process was killed between creating and starting it, or that was only created. */
const isDraft = async ({ runtime }: Adjutant, id: string) => (await viewDirective(runtime, id)).state === 'draft'

/** What was told before is not told again. */
async function lastSeen({ runtime }: Adjutant, id: string) {
  const { seq } = await runtime.snapshot(id)
  return { seq, n: Number.MAX_SAFE_INTEGER }
}

function announce({ terminal }: Shell, id: string, word: string): void {
  const twice = terminal.live ? ', twice stops it' : ''
  terminal.say(
    `${word} directive ${terminal.style('bold', id)} (Ctrl-C leaves it${twice}; \`adjutant run ${short(id)}\` goes on).`,
  )
}
