import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { accompany, type Responder } from './accompaniment.ts'
import { withAdjutant, type Adjutant } from './compose.ts'
import { createDirective, startDirective } from './directive-creation.ts'
import { directiveFrom } from './directive-document.ts'
import { isFinal, viewDirective } from './directive-view.ts'
import { currentExample, prepareExample, type Current } from './example-folder.ts'
import { type Answered, type Example, type ExampleName, examples } from './examples.ts'
import type { Cursor } from './following.ts'
import { shortApprovalId } from './identity.ts'
import { awaitCourier } from './notices.ts'
import { exit, type ExitCode, Refusal } from './refusal.ts'
import { newSystemId, Rejection } from '../runtime/index.ts'
import type { Shell } from './shell.ts'

/** Runs an example from its beginning; or goes on with it where a kill or Ctrl-C left it. */
export async function runExample(shell: Shell, name: ExampleName): Promise<ExitCode> {
  const { story, library, answered, needs = [] }: Example = examples[name]
  const { terminal } = shell
  await requirePrograms(shell, name, needs)
  const work = async (adjutant: Adjutant) => {
    const { home } = adjutant.environment
    const unfinished = await unfinishedExample(adjutant, name)
    const current = unfinished?.current ?? (await prepareExample(home, { name, library, id: newSystemId() }))
    if (unfinished) terminal.say(`Going on with the unfinished directive ${current.id}.`)
    else introduce(shell, story, library !== null, current)
    if (!unfinished?.known) await createDirective(adjutant, current.id, await fileOf(shell, current))
    if (!unfinished?.started) await startDirective(adjutant, current.id)
    const company = { after: unfinished?.after, ...(answered && { responder: responderOf(adjutant, answered) }) }
    const code = await accompany(shell, adjutant, current.id, company)
    await awaitCourier(shell, adjutant, current.id)
    if (code === exit.completed) terminal.say('\nNow your own: npx adjutant init path/to/your/repository')
    return code
  }
  return withAdjutant(shell, 'host', work, `example ${name} of ${shell.environment.home}`)
}

/** Without them nothing could be verified, and a person would be asked about everything. */
async function requirePrograms({ environment }: Shell, name: string, programs: readonly string[]): Promise<void> {
  // Asked, not looked for: rustup's cargo is there without any toolchain behind it.
  const env = environment.variables as NodeJS.ProcessEnv
  for (const program of programs) {
    const answers = await promisify(execFile)(program, ['--version'], { env, timeout: 20_000 }).then(
      () => true,
      () => false,
    )
    if (!answers)
      throw new Refusal('example.program_missing', `the example ${name} needs ${program}, which is not installed`)
  }
}

function introduce({ terminal }: Shell, story: readonly string[], hasLibrary: boolean, { folder }: Current): void {
  for (const line of story) terminal.say(line)
  if (hasLibrary) terminal.say(`  library    ${join(folder, 'library')}`)
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
 * An example has nobody who answers: it does so itself, says so, and shows how a person would. Anything else that is asked
 * is not part of its story.
 */
function responderOf({ runtime }: Adjutant, { type, with: more, options, says }: Answered): Responder {
  const answered = new Set<string>()
  return {
    answers: ({ address, data }) => data.type === type && !answered.has(address),
    answer: async (approval, say) => {
      const { systemId, address } = approval
      answered.add(address)
      const comment = 'Nobody looked: an example.'
      const command = { type: 'approval.approve', by: 'example', comment, ...more, at: Date.now() }
      const indent = ' '.repeat(24)
      const looked = type === 'step_review' ? 'look at it and answer' : 'answer'
      say(`${indent}A person would ${looked}: npx adjutant approve ${shortApprovalId(approval)}${options}`)
      say(`${indent}${says}`)
      // The key keeps an answer that a kill left without its acknowledgement from being given twice.
      await runtime.send(systemId, command, { to: address, wait: 'processed', idempotencyKey: `example:${address}` })
    },
  }
}
