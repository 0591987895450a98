import { setTimeout as pause } from 'node:timers/promises'
import { hostsBeside, type Adjutant } from './compose.ts'
import { deliver } from './control.ts'
import { isFinal, viewDirective } from './directive-view.ts'
import { ending } from './ending.ts'
import { short } from './identity.ts'
import { exit, Refusal, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'

// Long enough to read the line and to press again.
const secondPressMs = 3000
// What runs is killed and cleaned up meanwhile; if that takes longer, the next process does the rest.
const stoppingMs = 20_000

/**
 * After Ctrl-C: says what becomes of the directive and how to come back. At a terminal a second Ctrl-C stops it for good;
 * `again` is that second one, and undefined for those who only looked on.
 */
export async function departure(
  shell: Shell,
  adjutant: Adjutant,
  id: string,
  again: AbortSignal | undefined,
): Promise<ExitCode> {
  const { terminal, interrupted } = shell
  await sayHowToComeBack(shell, adjutant, id)
  if (!again || interrupted.reason !== 'SIGINT') return exit.interrupted
  if (!again.aborted && terminal.live) {
    terminal.say(`Ctrl-C once more, within ${secondPressMs / 1000} seconds, stops it for good.`)
    await pause(secondPressMs, undefined, { signal: again }).catch(() => undefined)
  }
  if (again.aborted) await stop(shell, adjutant, id)
  return exit.interrupted
}

async function sayHowToComeBack({ terminal }: Shell, adjutant: Adjutant, id: string): Promise<void> {
  const name = short(id)
  const [host] = await hostsBeside(adjutant.runtime, id)
  if (host) {
    terminal.say(
      `The directive goes on without you, in \`adjutant ${host}\`; \`adjutant show ${name} --follow\` looks again.`,
    )
  } else {
    terminal.say(`Interrupted; nothing is lost. \`adjutant run ${name}\` goes on.`)
  }
}

async function stop({ terminal }: Shell, adjutant: Adjutant, id: string): Promise<void> {
  const { runtime } = adjutant
  terminal.say(terminal.style('red', 'Ctrl-C twice: the directive is stopped for good.'))
  try {
    await deliver(adjutant, id, { type: 'directive.stop', reason: 'stopped with Ctrl-C' })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    terminal.say(error.message)
  }
  await runtime.waitFor(id, 'done', { timeout: stoppingMs }).catch(() => undefined)
  const view = await viewDirective(runtime, id)
  ending(terminal, view, exit.interrupted)
  if (!isFinal(view))
    terminal.say(`What it leaves behind is cleaned up by the next \`adjutant serve\` or \`adjutant run\`.`)
}
