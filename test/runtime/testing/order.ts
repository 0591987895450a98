import { assign, emit, fromPromise, setup } from 'xstate'

type Input = { customer: string; cents: number }
type Context = Input & { receipt: string | null; parcel: string | null }

const activity = <I, O>() => fromPromise<O, I>(() => Promise.reject(new Error('given to the runtime')))

/** Is paid, packed and sent; a day without payment ends it. */
export const order = setup({
  types: {
    context: {} as Context,
    input: {} as Input,
    events: {} as { type: 'pay'; card: string } | { type: 'cancel' },
    emitted: {} as { type: 'shipped'; parcel: string },
  },
  actors: {
    charge: activity<{ card: string; cents: number }, { receipt: string }>(),
    ship: activity<{ customer: string }, { parcel: string }>(),
  },
  delays: { patience: 86_400_000 },
  guards: { isFree: ({ context }) => context.cents === 0 },
}).createMachine({
  id: 'order',
  context: ({ input }) => ({ ...input, receipt: null, parcel: null }),
  initial: 'placed',
  states: {
    placed: {
      always: { guard: 'isFree', target: 'shipping' },
      on: { pay: 'charging', cancel: 'cancelled' },
      after: { patience: 'expired' },
    },
    charging: {
      invoke: {
        id: 'charge',
        src: 'charge',
        input: ({ context, event }) => ({ card: event.type === 'pay' ? event.card : '', cents: context.cents }),
        onDone: { target: 'shipping', actions: assign({ receipt: ({ event }) => event.output.receipt }) },
        onError: 'placed',
      },
    },
    shipping: {
      invoke: {
        id: 'ship',
        src: 'ship',
        input: ({ context }) => ({ customer: context.customer }),
        onDone: {
          target: 'shipped',
          actions: [
            assign({ parcel: ({ event }) => event.output.parcel }),
            emit(({ event }) => ({ type: 'shipped', parcel: event.output.parcel })),
          ],
        },
      },
      on: { cancel: 'cancelled' },
    },
    shipped: { type: 'final' },
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
})

export const ANNA = { customer: 'Anna', cents: 1250 }
export const DAY = 86_400_000
