import type { ActivityDone, ActivityError } from '../activity-actor.ts'
import type { NotifierOutput } from '../activities/index.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import type { NotificationTarget } from '../notification.ts'

/** The courier is the root of a system of its own, so that what is under way outlives the directive. */
export const courierOf = (directiveId: string): string => `courier.${directiveId}`

export const isCourier = (systemId: string): boolean => systemId.startsWith(courierOf(''))

/** What makes the courier of a directive, before the directive itself; made twice, it is the same one. */
export const courierFor = (directiveId: string): { id: string; input: CourierInput } => ({
  id: courierOf(directiveId),
  input: { directiveId },
})

/** Its name in XState's `system.get`. */
export const courierAddress = (directiveId: string): string => `//${courierOf(directiveId)}/`

/** Nothing that could differ between two attempts to make the same one. */
export type CourierInput = { directiveId: string }

/** From the directive: to all targets that want it. */
export type CourierOrder = {
  type: 'courier.carry'
  at: number
  directive: { id: string; title: string }
  targets: NotificationTarget[]
  event: EmittedEvent
}

/** One notice on its way to one target. */
export type Delivery = {
  /** Also the id of the activity's actor. */
  id: string
  event: EmittedEvent['type']
  message: string
  /** Its place in the directive's list, from 1. */
  target: number
  kind: NotificationTarget['kind']
  /** `refused`: not repeated. `failed`: repeated in vain. */
  state: 'sending' | 'sent' | 'refused' | 'failed'
  requestedAt: number
  endedAt: number | null
  /** How often it was tried in the end. null: not known. */
  attempts: number | null
  /** HTTP status, once it is sent. */
  status: number | null
  code: string | null
  reason: string | null
}

export type CourierContext = {
  kind: 'courier'
  directiveId: string
  /** The latest instant known. */
  now: number
  /** Notices taken so far. */
  notices: number
  /** All that are under way, and the last ones that are not. */
  deliveries: Delivery[]
  /** Targets that said they are gone for good; nothing is sent there any more. */
  gone: number[]
  /** The directive has ended: nothing more will come. */
  over: boolean
}

export type CourierEvent =
  | CourierOrder
  | ActivityDone<`notice-${number}-${number}`, NotifierOutput>
  | ActivityError<`notice-${number}-${number}`>
