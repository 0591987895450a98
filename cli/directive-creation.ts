import type { DirectiveFile } from '../machines/index.ts'
import type { Adjutant } from './compose.ts'
import { person } from './control.ts'

/** Makes a directive of a file, as a draft. */
export async function createDirective({ runtime }: Adjutant, id: string, file: DirectiveFile): Promise<void> {
  await runtime.spawn('directive', { id, input: { id, file, createdAt: Date.now() } })
}

/** Starts a draft; one that is started already is left as it is. */
export async function startDirective({ runtime }: Adjutant, id: string): Promise<void> {
  const command = { type: 'directive.start', by: person(), at: Date.now() }
  // The key makes it harmless to repeat after a crash: a paused directive would be planned anew by a second start.
  await runtime.send(id, command, { wait: 'processed', idempotencyKey: 'first-start' })
}
