import { courierFor, modelsFor, type DirectiveFile } from '../machines/index.ts'
import type { Adjutant } from './compose.ts'
import { person } from './control.ts'

/** Makes a directive of a file, as a draft. Its models are fixed with it, whoever goes on with it later. */
export async function createDirective(
  { runtime, environment, models }: Adjutant,
  id: string,
  given: DirectiveFile,
): Promise<void> {
  const notifications = given.notifications.length > 0 ? given.notifications : environment.notifications
  const file = { ...given, notifications }
  const input = { id, file, createdAt: Date.now(), models: modelsFor(file.model, models.defaults) }
  // First: the directive may have something to say from its first event on.
  if (notifications.length > 0) await runtime.spawn('courier', courierFor(id))
  await runtime.spawn('directive', { id, input })
}

/** Starts a draft; one that is started already is left as it is. */
export async function startDirective({ runtime }: Adjutant, id: string): Promise<void> {
  const command = { type: 'directive.start', by: person(), at: Date.now() }
  // The key makes it harmless to repeat after a crash: a paused directive would be planned anew by a second start.
  await runtime.send(id, command, { wait: 'processed', idempotencyKey: 'first-start' })
}
