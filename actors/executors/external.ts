import { ActivityFailure } from '../../runtime/index.ts'
import { endOf } from '../contractor/outbox.ts'
import { DeliveryRefusal, takeOver } from '../deliveries/index.ts'
import type { Execute } from './executor.ts'

/** A worker elsewhere has done the work; what it brought is put into the workspace. */
export const external: Execute<'external'> = async (_, { surroundings, context, logPath }) => {
  const { handover, workspace } = context.input
  if (!handover) throw new ActivityFailure('contract.undelivered', 'nobody has delivered this contract')
  const { delivery, summary, by } = handover
  const told = { ...(by !== null && { by }), session: null, costs: [] }
  const log = endOf(logPath, 4000)
  try {
    if (delivery) await takeOver(surroundings, workspace, delivery)
    return { ok: true, summary, log, ...told }
  } catch (error) {
    if (!(error instanceof DeliveryRefusal)) throw error
    return { ok: false, code: error.code, reason: error.message, exitCode: null, outputTail: log.tail, ...told }
  }
}
