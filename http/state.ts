import { approvalCommands, contractCommands, directiveCommands, stepCommands } from '../machines/index.ts'
import type { ActorView } from '../runtime/index.ts'

const commands = new Set(
  Object.keys({ ...directiveCommands, ...stepCommands, ...contractCommands, ...approvalCommands }),
)

export const isCommand = (type: string): boolean => commands.has(type)

/** The outermost state's name. */
export const stateOf = (value: unknown): string =>
  typeof value === 'string' ? value : (Object.keys((value ?? {}) as object)[0] ?? 'unknown')

/** What a person may send now: the other events of a machine come from its own actors. */
export const commandsIn = ({ next }: Pick<ActorView, 'next'>): string[] => next.filter(isCommand)

/** An actor's state as every answer tells it. `seq` is the directive's last journal entry. */
export const headOf = (snapshot: ActorView) => ({
  state: stateOf(snapshot.value),
  next: commandsIn(snapshot),
  seq: snapshot.seq,
})

/** Epoch milliseconds as the API writes instants. */
export const instant = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
