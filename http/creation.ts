import type { Context } from 'hono'
import { courierFor, DirectiveFile, modelsFor } from '../machines/index.ts'
import type { DirectiveContext, DirectiveInput, Models, NotificationTarget } from '../machines/index.ts'
import { Rejection } from '../runtime/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { checkFile } from './file-problems.ts'
import { directiveIdFor, idempotencyKeyOf, keyReused } from './idempotency.ts'
import { readBody } from './request.ts'

/** What a directive gets whose file does not say. */
export type DirectiveDefaults = {
  models: Models
  /** Who is told, where the file names nobody. */
  notifications: NotificationTarget[]
}

export const noDefaults: DirectiveDefaults = { models: { planner: [], agent: [], judge: [] }, notifications: [] }

/** A draft. Under an Idempotency-Key its id is made of the key, so a repetition meets what the first one made. */
export async function createDirective(c: Context, runtime: Runtime, defaults: DirectiveDefaults): Promise<string> {
  const key = idempotencyKeyOf(c)
  const given = await readBody(c, DirectiveFile)
  checkFile(given)
  const notifications = given.notifications.length > 0 ? given.notifications : defaults.notifications
  const file = { ...given, notifications }
  const id = directiveIdFor(key)
  const createdAt = Date.now()
  await spawnCourier(runtime, id, notifications)
  const first = await spawn(runtime, { id, file, createdAt, models: modelsFor(file.model, defaults.models) })
  if (first !== createdAt) c.header('idempotency-replayed', 'true')
  c.header('location', `/v1/directives/${id}`)
  return id
}

/** Before the directive: a notice never finds nobody to carry it. Harmless when the courier is there. */
export async function spawnCourier(runtime: Runtime, id: string, notifications: readonly unknown[]): Promise<void> {
  if (notifications.length > 0) await runtime.spawn('courier', courierFor(id))
}

/** Resolves with the time at which it was created, which is another than the input's when it exists since then. */
async function spawn(runtime: Runtime, input: DirectiveInput): Promise<number> {
  try {
    await runtime.spawn('directive', { id: input.id, input })
    return input.createdAt
  } catch (error) {
    if (!(error instanceof Rejection) || error.code !== 'system.exists') throw error
  }
  // The runtime compares whole inputs: with the first one's time and models, only another file differs.
  const { createdAt, models } = (await runtime.snapshot(input.id)).context as DirectiveContext
  if (createdAt === input.createdAt) throw keyReused()
  await runtime.spawn('directive', { id: input.id, input: { ...input, createdAt, models } }).catch((error: unknown) => {
    throw error instanceof Rejection && error.code === 'system.exists' ? keyReused() : error
  })
  return createdAt
}
