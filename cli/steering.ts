import { accompany } from './accompaniment.ts'
import { hostsBeside, withAdjutant } from './compose.ts'
import { deliver } from './control.ts'
import { stateOf, viewDirective } from './directive-view.ts'
import type { Cursor } from './following.ts'
import { directiveId, short } from './identity.ts'
import { exit, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'

export const waitOption = ['--wait', 'stay until it ends or waits for a person; the exit code tells which'] as const

type Options = {
  wait?: boolean | undefined
  /** The state that is wanted: once it is reached, all is well. */
  wanted?: 'paused' | 'failed'
}

/** A command to a directive: sends it and says what state that led to. */
export async function steer(
  shell: Shell,
  typed: string,
  command: { type: string; [key: string]: unknown },
  options: Options = {},
): Promise<ExitCode> {
  const { terminal } = shell
  const { id, after } = await withAdjutant(shell, 'control', async (adjutant) => {
    const { runtime } = adjutant
    const id = await directiveId(runtime, typed)
    const { seq } = await runtime.snapshot(id)
    await deliver(adjutant, id, command)
    const { value, status } = await runtime.snapshot(id)
    const state = stateOf(value)
    if (!options.wait) terminal.data({ id, state, status })
    terminal.say(`${short(id)} is ${state}.`)
    if (!options.wait) sayWhereWorkGoesOn(shell, id, state)
    return { id, after: placeOf(seq) }
  })
  return options.wait ? stay(shell, id, after, options.wanted) : exit.completed
}

/** Everything up to this entry has been seen. */
export const placeOf = (seq: number): Cursor => ({ seq, n: Number.MAX_SAFE_INTEGER })

export function sayWhereWorkGoesOn({ terminal }: Shell, id: string, state: string): void {
  if (state !== 'active' && state !== 'planning') return
  terminal.say(`Work goes on in \`adjutant serve\` or with \`adjutant run ${short(id)}\`.`)
}

/** Looks on, and works on nothing, until the directive ends or waits for a person. */
export function stay(shell: Shell, id: string, after: Cursor, wanted?: Options['wanted']): Promise<ExitCode> {
  return withAdjutant(shell, 'reader', async (adjutant) => {
    const view = await viewDirective(adjutant.runtime, id)
    if (view.state === 'failed' && wanted === 'failed' && (await hostsBeside(adjutant.runtime, id)).length === 0) {
      shell.terminal.say('What it leaves behind is cleaned up by the next `adjutant serve` or `adjutant run`.')
      return exit.completed
    }
    return accompany(shell, adjutant, id, { after, looksOn: true, wanted })
  })
}
