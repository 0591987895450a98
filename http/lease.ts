import type { Context } from 'hono'
import { z } from 'zod'
import type { ContractContext } from '../machines/index.ts'
import { Rejection } from '../runtime/index.ts'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { answerPending, giveCommand, type Target } from './command.ts'
import { Problem } from './problem.ts'
import { readQuery } from './request.ts'
import { tokenInsufficient } from './security.ts'
import { stateOf } from './state.ts'

export const UnderLease = z.strictObject({ fence: z.coerce.number().int().positive() })

/** A contract's command as it came: who and when are added. */
export type Said = {
  type: string
  by?: string | undefined
  fence?: number | undefined
  delivery?: { sha256: string; bytes: number } | null
}

export async function say(c: Context, runtime: Runtime, said: Said): Promise<Response> {
  const command = { ...said, by: said.by ?? 'user', at: Date.now() }
  const target = targetOf(c)
  const { terms } = (await contractAt(c, runtime)).context
  // A person's work is a person's to hand in.
  if (c.get('role' as never) === 'worker' && terms.executor.kind !== 'external') throw tokenInsufficient()
  const refuse = (view: ActorView) => refusalOf(view, command)
  const processed = await giveCommand(c, runtime, command, { target, refuse, ended: async () => stale(null) })
  if (!processed) return answerPending(c, runtime, target.systemId)
  const view = await runtime.snapshot(target.systemId, target.address).catch(() => null)
  const { lease, now } = (view?.context ?? {}) as Partial<ContractContext>
  const leaseMs = view && holds(view) && lease ? lease.until - now! : null
  return c.json({ contractId: c.req.param('id'), state: view ? stateOf(view.value) : 'ended', leaseMs })
}

/** A contract's id is `<directive>.<step>-g<generation>`, and no step has a dot in its name. */
function targetOf(c: Context): Target {
  const id = c.req.param('id')!
  const dot = id.lastIndexOf('.')
  return { systemId: id.slice(0, Math.max(0, dot)), address: `${id.slice(dot + 1)}/contract` }
}

export async function contractAt(c: Context, runtime: Runtime): Promise<{ view: ActorView; context: ContractContext }> {
  const { systemId, address } = targetOf(c)
  try {
    const view = await runtime.snapshot(systemId, address)
    return { view, context: view.context as ContractContext }
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
    throw new Problem(404, 'contract.not_found', 'There is no such contract')
  }
}

export async function underLease(c: Context, runtime: Runtime) {
  const { fence } = readQuery(c, UnderLease)
  const found = await contractAt(c, runtime)
  if (!holds(found.view) || found.context.fence !== fence) throw stale(found.view)
  return found
}

const holds = ({ value }: ActorView): boolean => typeof value?.working === 'object' && 'claimed' in value.working

function refusalOf(view: ActorView, { type, fence, delivery }: Said): Problem | null {
  const { terms, fence: latest } = view.context as ContractContext
  if (terms.executor.kind !== 'external') {
    return delivery ? new Problem(422, 'delivery.not_wanted', 'The work of a person lies in the workspace') : null
  }
  const mayBeTaken = type !== 'contract.claim' && holds(view) && fence === latest
  return mayBeTaken ? null : stale(view)
}

const stale = (view: ActorView | null): Problem =>
  new Problem(409, 'lease.stale', 'The contract is not (or no longer) held under this fence: stop working on it', {
    state: view ? stateOf(view.value) : 'ended',
  })
