import { assertEvent, setup } from 'xstate'
import { activity } from '../activity-actor.ts'
import type { NotifierInput, NotifierOutput } from '../activities/index.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import type { CourierContext, CourierEvent, CourierInput, CourierOrder, Delivery } from './schema.ts'

/** Deliveries remembered once they have ended: for lists, so the last ones will do. */
const maxEnded = 100

const isUnderWay = ({ state }: Delivery) => state === 'sending'
const lastWords: EmittedEvent['type'][] = ['directive.completed', 'directive.failed']

/** Signed as `<id>.<time>.<body>`: so no dot in it. */
const messageId = ({ directiveId, notices }: CourierContext): string =>
  `msg_${directiveId.replaceAll('.', '_')}_${notices + 1}`

const remembered = (deliveries: readonly Delivery[]): Delivery[] => {
  const ended = deliveries.filter((delivery) => !isUnderWay(delivery))
  const forgotten = new Set(ended.slice(0, Math.max(0, ended.length - maxEnded)))
  return deliveries.filter((delivery) => !forgotten.has(delivery))
}

/** The targets that want this notice, by their places in the list from 1. */
const wanted = ({ gone }: CourierContext, { targets, event }: CourierOrder) =>
  targets
    .map((target, index) => ({ target, place: index + 1 }))
    .filter(({ target, place }) => target.events.some((type) => type === event.type) && !gone.includes(place))

/** Whoever throws may throw anything. */
const attemptsIn = (event: CourierEvent): number | null => {
  const { output, error } = event as { output?: NotifierOutput; error?: unknown }
  return (Object(output ?? error) as { attempt?: number }).attempt ?? null
}

const ended = (
  context: CourierContext,
  event: CourierEvent,
  end: Pick<Delivery, 'state' | 'status' | 'code' | 'reason'>,
): Partial<CourierContext> => {
  const { actorId } = event as { actorId: string }
  const now = instantOf(event, context.now)
  const attempts = attemptsIn(event)
  const deliveries = context.deliveries.map((delivery) =>
    delivery.id === actorId ? { ...delivery, ...end, attempts, endedAt: now } : delivery,
  )
  const isGone = end.code === 'notice.gone'
  const { target } = context.deliveries.find(({ id }) => id === actorId)!
  return { now, deliveries: remembered(deliveries), gone: isGone ? [...context.gone, target] : context.gone }
}

const base = setup({
  types: {
    context: {} as CourierContext,
    events: {} as CourierEvent,
    input: {} as CourierInput,
  },
  actors: { notifier: activity<NotifierOutput, NotifierInput>('notifier') },
})

const courierSetup = base.extend({
  guards: {
    hasSomethingUnderWay: ({ context }) => context.deliveries.some(isUnderWay),
    hasNothingUnderWay: ({ context }) => !context.deliveries.some(isUnderWay),
    isOver: ({ context }) => context.over,
  },
  actions: {
    /** Each target has its own activity: one that does not answer holds up no other. */
    sendOut: base.enqueueActions(({ context, event, enqueue }) => {
      assertEvent(event, 'courier.carry')
      const now = instantOf(event, context.now)
      const { directive, event: told } = event
      const deliveries = wanted(context, event).map(({ target, place }): Delivery => {
        const id = `notice-${context.notices + 1}-${place}`
        const input: NotifierInput = { id: messageId(context), target, directive, at: event.at, event: told }
        enqueue.spawnChild('notifier', { id, input })
        const { message } = told.data
        const what = { id, event: told.type, message, target: place, kind: target.kind }
        return {
          ...what,
          state: 'sending',
          requestedAt: now,
          endedAt: null,
          attempts: null,
          status: null,
          code: null,
          reason: null,
        }
      })
      enqueue.assign({
        now,
        notices: context.notices + 1,
        deliveries: [...context.deliveries, ...deliveries],
        over: context.over || lastWords.includes(told.type),
      })
    }),
    recordDelivery: base.assign(({ context, event }) => {
      const { output } = event as { output: NotifierOutput }
      if (output.outcome === 'sent')
        return ended(context, event, { state: 'sent', status: output.status, code: null, reason: null })
      return ended(context, event, { state: 'refused', status: null, code: output.code, reason: output.reason })
    }),
    recordFailure: base.assign(({ context, event }) => {
      const failure = failureFrom((event as { error: unknown }).error, 'notifier.failed')
      return ended(context, event, { state: 'failed', status: null, ...failure })
    }),
    forget: base.stopChild(({ event }) => (event as { actorId: string }).actorId),
  },
})

/** Carries what a directive has to say to those who asked to be told, for as long as it takes. */
export const courierMachine = courierSetup.createMachine({
  id: 'courier',
  description:
    'Carries notices of one directive to its targets; a system of its own, so that it outlives the directive.',
  context: ({ input: { directiveId } }) => ({
    kind: 'courier',
    directiveId,
    now: 0,
    notices: 0,
    deliveries: [],
    gone: [],
    over: false,
  }),
  initial: 'waiting',
  on: { 'courier.carry': { actions: 'sendOut' } },
  states: {
    waiting: {
      tags: ['idle'],
      always: [
        { guard: 'hasSomethingUnderWay', target: 'carrying' },
        { guard: 'isOver', target: 'done' },
      ],
    },
    carrying: {
      description: 'Notices are under way, or wait for another attempt',
      tags: ['busy'],
      meta: { activity: 'notifier' },
      always: { guard: 'hasNothingUnderWay', target: 'waiting' },
      on: {
        'xstate.done.actor.*': { actions: ['recordDelivery', 'forget'] },
        'xstate.error.actor.*': { actions: ['recordFailure', 'forget'] },
      },
    },
    done: {
      type: 'final',
      description: 'The directive has ended, and so has everything that was under way',
      tags: ['idle'],
    },
  },
})
