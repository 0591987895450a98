import { assertEvent } from 'xstate'
import { courierAddress, type CourierOrder } from '../courier/schema.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import { instantOf } from '../instant.ts'
import { base } from './base.ts'
import type { DirectiveContext, DirectiveEvent } from './schema.ts'

const orderOf = ({ id, file, now }: DirectiveContext, cause: DirectiveEvent, event: EmittedEvent): CourierOrder => ({
  type: 'courier.carry',
  at: instantOf(cause, now),
  directive: { id, title: file.title },
  targets: file.notifications,
  event,
})

/** Emits, and gives it to the courier in the same commit. XState alone knows no other systems: then nobody is told. */
export const announceAloud = (
  announced: (scope: { context: DirectiveContext; event: DirectiveEvent }) => EmittedEvent,
) =>
  base.enqueueActions(({ context, event, enqueue, system }) => {
    const told = announced({ context, event })
    enqueue.emit(told)
    const courier = context.file.notifications.length > 0 && system.get(courierAddress(context.id))
    if (courier) enqueue.sendTo(courier, orderOf(context, event, told))
  })

/** Telling those who asked to be told. */
export const notifying = {
  /** Emitted below, where it was raised. */
  carryNotice: base.enqueueActions(({ context, event, enqueue, system }) => {
    assertEvent(event, 'notice.raised')
    const courier = context.file.notifications.length > 0 && system.get(courierAddress(context.id))
    if (courier) enqueue.sendTo(courier, orderOf(context, event, event.event))
  }),
}
