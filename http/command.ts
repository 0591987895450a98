import { isDeepStrictEqual } from 'node:util'
import type { Context } from 'hono'
import type { z } from 'zod'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { idempotencyKeyOf, keyReused, sendKeyFor } from './idempotency.ts'
import { Problem } from './problem.ts'
import { readBody } from './request.ts'
import { commandsIn, stateOf } from './state.ts'

/** Where a command goes. `address` is the path of actor ids, `''` the directive itself. */
export type Target = { systemId: string; address: string }

/** `at`: epoch milliseconds; machines have no clock. */
type Stamped = { type: string; at: number; by: string }

/** Why a command does not fit a state; null: nothing is known against it. */
type Refusal = (snapshot: ActorView) => Problem | null

/** Nothing is lost when the answer does not come in time: the event is durable. */
const answerWithinMs = 20_000

/**
 * The command that a request's body makes: the schema's fields without `type`, which the path says, and `at`, which is
 * now; `by` is `user` when nobody is named. Throws the problems of `readBody`.
 */
export async function readCommand<S extends z.ZodObject>(c: Context, schema: S): Promise<z.output<S> & Stamped> {
  const [type] = (schema.shape.type as z.ZodLiteral<string>).values
  const body = await readBody(c, schema.omit({ type: true, at: true }).partial({ by: true }))
  return { by: 'user', ...body, type, at: Date.now() } as z.output<S> & Stamped
}

/**
 * Sends a command and resolves with the actor's state after it was processed, or null when it is accepted (durable) but
 * not processed yet.
 *
 * Whether it is accepted is the machine's to say, at the moment it is processed: an event that changed nothing is answered
 * by a 409 with the commands that are legal now, also when it still was legal as the request came. Without a key, one that
 * is not legal is not even sent. With a key it is, so that the key remembers the answer: the same request under the same
 * key is answered as the first time, another request by 422 `idempotency_key.reused`.
 */
export async function giveCommand(
  c: Context,
  runtime: Runtime,
  target: Target,
  command: Stamped,
  refuse: Refusal = () => null,
): Promise<ActorView | null> {
  const { systemId, address } = target
  const key = idempotencyKeyOf(c)
  const before = await runtime.snapshot(systemId, address)
  const objection = objectionTo(command, before, refuse)
  if (objection && key === undefined) throw objection
  const sending = runtime.send(systemId, command, { to: address, idempotencyKey: sendKeyFor(key), wait: 'processed' })
  const receipt = await within(answerWithinMs, sending)
  if (receipt?.seq === undefined) return null
  if (receipt.duplicate) await checkSame(runtime, target, command, receipt.seq)
  const taken = await tookEffect(runtime, target, before, receipt.seq)
  const after = await runtime.snapshot(systemId, address)
  if (!taken) throw objection ?? objectionTo(command, after, refuse) ?? notAccepted(command.type, after)
  if (receipt.duplicate) c.header('idempotency-replayed', 'true')
  return after
}

const objectionTo = ({ type }: Stamped, snapshot: ActorView, refuse: Refusal): Problem | null =>
  refuse(snapshot) ?? (snapshot.next.includes(type) ? null : notAccepted(type, snapshot))

const notAccepted = (type: string, snapshot: ActorView): Problem =>
  new Problem(409, 'event.not_accepted', `${type} is not accepted in the state ${stateOf(snapshot.value)}`, {
    state: stateOf(snapshot.value),
    next: commandsIn(snapshot),
  })

/** 202 when the event waits: durable, not processed. */
export function answerCommand<T extends object>(c: Context, after: ActorView | null, view: (after: ActorView) => T) {
  if (after) return c.json(view(after))
  return c.json({ status: 'accepted', detail: 'The event is durable and will be processed' }, 202)
}

/** Whether some transition took the event of entry `seq`: it emitted something, or the actor is not as it was. */
async function tookEffect(runtime: Runtime, target: Target, before: ActorView, seq: number): Promise<boolean> {
  const { systemId, address } = target
  const emitted = await runtime.emitted(systemId, { after: seq - 1, limit: 1 })
  if (emitted.some((row) => row.seq === seq && row.address === address)) return true
  // What `before` saw is the state the event met, unless others came in between.
  const after = before.seq < seq ? before.seq : 0
  const entries = await runtime.history(systemId, { after, limit: seq - after })
  const [entry, previous = before] = entries.filter((each) => each.address === address).reverse()
  return entry === undefined || !isDeepStrictEqual(factsOf(previous), factsOf(entry))
}

const factsOf = ({ value, context, status }: Pick<ActorView, 'value' | 'context' | 'status'>) => [
  value,
  context,
  status,
]

/** The journal keeps the first request, so it alone says whether this one repeats it; a repetition is only given later. */
async function checkSame(runtime: Runtime, target: Target, command: Stamped, seq: number): Promise<void> {
  const [first] = await runtime.history(target.systemId, { after: seq - 1, limit: 1 })
  if (!first) return
  const timeless = ({ at: _, ...rest }: Record<string, unknown>) => rest
  const same = first.address === target.address && isDeepStrictEqual(timeless(first.event), timeless(command))
  if (!same) throw keyReused()
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  return Promise.race([promise, timeout]).finally(() => clearTimeout(timer))
}
