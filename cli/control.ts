import { userInfo } from 'node:os'
import { Rejection } from '../runtime/index.ts'
import type { Adjutant } from './compose.ts'
import { stateOf } from './directive-view.ts'
import { short } from './identity.ts'
import { Refusal } from './refusal.ts'

type Command = { type: string; [key: string]: unknown }

/** Who says so: the name of the account, for the record. */
export function person(): string {
  try {
    return userInfo().username || 'user'
  } catch {
    return 'user'
  }
}

/** Sends a command to a directive (or to an actor in it) and tells whether it was taken. */
export async function deliver(adjutant: Adjutant, id: string, command: Command, to = ''): Promise<void> {
  const { runtime } = adjutant
  const before = await runtime.snapshot(id, to)
  if (!before.next.includes(command.type)) throw refused(nameOf(id, to), command.type, before)
  try {
    await runtime.send(id, { ...command, by: person(), at: Date.now() }, { to, wait: 'processed' })
  } catch (error) {
    if (error instanceof Rejection && error.code === 'system.final') throw refused(nameOf(id, to), command.type, before)
    throw error
  }
}

/** A child is named by its own last segment: `implement-g1 of 019…`. */
const nameOf = (id: string, to: string): string => (to ? `${to.split('/').at(-1)} of ${short(id)}` : short(id))

function refused(
  name: string,
  type: string,
  { value, status, next }: { value: unknown; status: string; next: string[] },
) {
  const state = stateOf(value)
  const commands = next.filter((event) =>
    /^(directive|step|approval|contract)\.(start|pause|resume|stop|replan|update|retry|skip|approve|deny|request_changes|deliver)$/.test(
      event,
    ),
  )
  const advice =
    status !== 'active'
      ? 'it has ended and takes no more commands'
      : `what it takes now: ${commands.join(', ') || 'nothing'}`
  return new Refusal('command.not_now', `${name} is ${state}: it does not take ${type} now`, { advice })
}
