import { join } from 'node:path'
import { accompany, type Responder } from './accompaniment.ts'
import { withAdjutant, type Adjutant } from './compose.ts'
import { createDirective, startDirective } from './directive-creation.ts'
import { directiveFrom } from './directive-document.ts'
import { isFinal, viewDirective } from './directive-view.ts'
import { currentExample, prepareExample, type Current } from './example-folder.ts'
import type { Cursor } from './following.ts'
import { shortApprovalId } from './identity.ts'
import { awaitCourier } from './notices.ts'
import { exit, type ExitCode } from './refusal.ts'
import { newSystemId, Rejection } from '../runtime/index.ts'
import type { Shell } from './shell.ts'

type Example = {
  /** What is going to be seen. */
  story: string[]
  /** Reviews of steps are answered by the example itself: nobody is there who would. */
  reviewed: boolean
}

/** By the name of their folder in `examples/`. */
const examples = {
  default: {
    story: [
      'A small library does not do what its README says, and its tests fail. Five steps put it right:',
      'two of them side by side, one that must be worked on again, and one that a person has to look at.',
    ],
    reviewed: true,
  },
  thinking: {
    story: [
      'A small library does not do what its README says, and its tests fail. The directive names a goal and no steps:',
      'a model plans them, the built-in agent carries them out, and a model judges what came of it.',
    ],
    reviewed: false,
  },
} satisfies Record<string, Example>

/** Runs an example from its beginning; or goes on with it where a kill or Ctrl-C left it. */
export async function runExample(shell: Shell, name: keyof typeof examples): Promise<ExitCode> {
  const { story, reviewed } = examples[name]
  const { terminal } = shell
  const work = async (adjutant: Adjutant) => {
    const { home } = adjutant.environment
    const unfinished = await unfinishedExample(adjutant, name)
    const current = unfinished?.current ?? (await prepareExample(home, name, newSystemId()))
    if (unfinished) terminal.say(`Going on with the unfinished directive ${current.id}.`)
    else introduce(shell, story, current)
    if (!unfinished?.known) await createDirective(adjutant, current.id, await fileOf(shell, current))
    if (!unfinished?.started) await startDirective(adjutant, current.id)
    const company = { after: unfinished?.after, ...(reviewed && { responder: reviewer(adjutant) }) }
    const code = await accompany(shell, adjutant, current.id, company)
    await awaitCourier(shell, adjutant, current.id)
    if (code === exit.completed) terminal.say('\nNow your own: npx adjutant init path/to/your/repository')
    return code
  }
  return withAdjutant(shell, 'host', work, `example ${name} of ${shell.environment.home}`)
}

function introduce({ terminal }: Shell, story: readonly string[], { folder }: Current): void {
  for (const line of story) terminal.say(line)
  terminal.say(`  library    ${join(folder, 'library')}`)
  terminal.say(`  directive  ${join(folder, 'directive.yaml')}`)
  terminal.say()
}

const fileOf = (shell: Shell, { folder }: Current) => directiveFrom(shell, join(folder, 'directive.yaml'))

type Unfinished = { current: Current; known: boolean; started: boolean; after: Cursor | undefined }

/** The run begun last, unless it has ended or can no longer go on. */
async function unfinishedExample(adjutant: Adjutant, name: string): Promise<Unfinished | undefined> {
  const { runtime, environment } = adjutant
  const current = await currentExample(environment.home, name)
  if (!current) return undefined
  try {
    const view = await viewDirective(runtime, current.id)
    if (isFinal(view)) return undefined
    const after = { seq: view.seq, n: Number.MAX_SAFE_INTEGER }
    return { current, known: true, started: view.state !== 'draft', after }
  } catch (error) {
    if (!(error instanceof Rejection) || error.code !== 'system.not_found') throw error
    return { current, known: false, started: false, after: undefined }
  }
}

/**
 * An example has nobody who reviews a step: it does so itself, says so, and shows how a person would. Anything else that
 * is asked is not part of its story.
 */
function reviewer({ runtime }: Adjutant): Responder {
  const answered = new Set<string>()
  return {
    answers: ({ address, data }) => data.type === 'step_review' && !answered.has(address),
    answer: async (approval, say) => {
      const { systemId, address } = approval
      answered.add(address)
      const command = { type: 'approval.approve', by: 'example', comment: 'Nobody looked: an example.', at: Date.now() }
      const indent = ' '.repeat(24)
      say(`${indent}A person would look at it and answer: npx adjutant approve ${shortApprovalId(approval)}`)
      say(`${indent}Nobody is asked in an example: it approves this itself.`)
      // The key keeps an answer that a kill left without its acknowledgement from being given twice.
      await runtime.send(systemId, command, { to: address, wait: 'processed', idempotencyKey: `example:${address}` })
    },
  }
}
