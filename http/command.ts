import { isDeepStrictEqual } from 'node:util'
import type { Context } from 'hono'
import type { z } from 'zod'
import { Rejection } from '../runtime/index.ts'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { idempotencyKeyOf, keyReused, sendKeyFor } from './idempotency.ts'
import { directiveChanged, expectedSeq } from './preconditions.ts'
import { Problem } from './problem.ts'
import { readBody } from './request.ts'
import { commandsIn, stateOf } from './state.ts'

/** Where a command goes. `address` is the path of actor ids, `''` the directive itself. */
export type Target = { systemId: string; address: string }

/** `at`: epoch milliseconds; machines have no clock. */
type Stamped = { type: string; at: number; by?: string }

export type CommandOptions = {
  target: Target
  /** Why a command does not fit a state, beyond what its `next` says; null: nothing is known against it. */
  refuse?: (snapshot: ActorView) => Problem | null
  /** The answer when the actor has ended, and with it perhaps vanished. */
  ended?: () => Promise<Problem>
}

/** What of a command stands in the body: the path says its type, the clock when, and a name may be left out. */
export const bodyOf = (schema: z.ZodObject) => schema.omit({ type: true, at: true }).partial({ by: true })

/**
 * The command that a request's body makes: the schema's fields without `type`, which the path says, and `at`, which is
 * now; `by` is `user` when nobody is named. Throws the problems of `readBody`.
 */
export async function readCommand<S extends z.ZodObject>(c: Context, schema: S): Promise<z.output<S> & Stamped> {
  const [type] = (schema.shape.type as z.ZodLiteral<string>).values
  const body = await readBody(c, bodyOf(schema))
  return { by: 'user', ...body, type, at: Date.now() } as z.output<S> & Stamped
}

/**
 * Sends a command. True: a transition took it, and that is committed. False: it is durable, but not processed yet.
 *
 * Whether it is accepted is the machine's to say, at the moment it is processed: an event that changed nothing is answered
 * by a 409 with the commands that are legal now, also when it still was legal as the request came. Without a key, one that
 * is not legal is not even sent. With a key it is, so that the key remembers the answer: the same request under the same
 * key is answered as the first time, another request by 422 `idempotency_key.reused`.
 */
export async function giveCommand(
  c: Context,
  runtime: Runtime,
  command: Stamped,
  options: CommandOptions,
): Promise<boolean> {
  const { target } = options
  const key = idempotencyKeyOf(c)
  const ifSeq = await expectedSeq(c, runtime, target.systemId, key !== undefined)
  const before = await look(runtime, target)
  const objection = await objectionTo(command, before, options)
  if (objection && key === undefined) throw objection
  const receipt = await within(
    c.get('answerWithinMs') as number,
    send(runtime, command, options, { key: sendKeyFor(key), ifSeq }),
  )
  if (receipt?.seq === undefined) return false
  if (receipt.duplicate) await checkSame(runtime, target, command, receipt.seq)
  if (!(await tookEffect(runtime, target, before, receipt.seq))) {
    throw (
      objection ?? (await objectionTo(command, await look(runtime, target), options)) ?? notAccepted(command, before)
    )
  }
  if (receipt.duplicate) c.header('idempotency-replayed', 'true')
  return true
}

/** null: nobody lives there (any more). */
async function look(runtime: Runtime, { systemId, address }: Target): Promise<ActorView | null> {
  return runtime.snapshot(systemId, address).catch((error: unknown) => {
    if (address !== '' && isRejection(error, 'actor.not_found')) return null
    throw error
  })
}

type Sending = { key: string; ifSeq: number | undefined }

async function send(runtime: Runtime, command: Stamped, { target, ended }: CommandOptions, { key, ifSeq }: Sending) {
  const condition = ifSeq === undefined ? {} : { ifSeq }
  const options = { to: target.address, idempotencyKey: key, wait: 'processed', ...condition } as const
  return runtime.send(target.systemId, command, options).catch(async (error: unknown) => {
    if (isRejection(error, 'system.parked')) return undefined
    if (isRejection(error, 'system.changed')) throw directiveChanged((await runtime.snapshot(target.systemId)).seq)
    // It ended between look and send.
    throw ended && isRejection(error, 'actor.not_found', 'system.final') ? await ended() : error
  })
}

const isRejection = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Rejection && codes.includes(error.code)

async function objectionTo(
  command: Stamped,
  snapshot: ActorView | null,
  { refuse, ended }: CommandOptions,
): Promise<Problem | null> {
  if (snapshot === null || snapshot.status !== 'active') return ended ? ended() : notAccepted(command, snapshot)
  return refuse?.(snapshot) ?? (isAsked(snapshot, command) ? null : notAccepted(command, snapshot))
}

const isAsked = ({ next }: ActorView, { type }: Stamped): boolean =>
  next.some((asked) => asked === type || (asked.endsWith('*') && type.startsWith(asked.slice(0, -1))))

function notAccepted({ type }: Stamped, snapshot: ActorView | null): Problem {
  const state = snapshot ? stateOf(snapshot.value) : 'ended'
  const next = snapshot ? commandsIn(snapshot) : []
  return new Problem(409, 'event.not_accepted', `${type} is not accepted in the state ${state}`, { state, next })
}

/** 202 when the event waits: durable, not processed. */
export async function answerPending(c: Context, runtime: Runtime, id: string): Promise<Response> {
  const parked = (await runtime.parked()).find((system) => system.id === id)
  const detail = parked ? 'It waits with the directive for an operator' : 'It waits for a process that takes turns'
  return c.json({ status: 'accepted', detail, parked: parked?.reason }, 202)
}

/** Whether some transition took the event of entry `seq`: it emitted something, or the actor is not as it was. */
async function tookEffect(runtime: Runtime, target: Target, before: ActorView | null, seq: number): Promise<boolean> {
  const { systemId, address } = target
  const emitted = await runtime.emitted(systemId, { after: seq - 1, limit: 1 })
  if (emitted.some((row) => row.seq === seq && row.address === address)) return true
  // What `before` saw is the state the event met, unless others came in between.
  const after = before && before.seq < seq ? before.seq : 0
  const entries = await runtime.history(systemId, { after, limit: seq - after })
  const [entry, previous = before] = entries.filter((each) => each.address === address).reverse()
  return !entry || !previous || !isDeepStrictEqual(factsOf(previous), factsOf(entry))
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
