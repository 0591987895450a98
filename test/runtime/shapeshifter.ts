import fc from 'fast-check'
import { assign, enqueueActions, setup } from 'xstate'

type Fields = Record<string, any>
type Change = { type: 'PUT' | 'POKE' | 'DROP'; path: string[]; value?: unknown }
type Event =
  Change | { type: 'SPAWN' | 'STOP' | 'FINISH'; name: string } | { type: 'TELL'; name: string; event: Change }

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

function put(data: Fields, [key, ...rest]: string[], value: unknown): Fields {
  const below = isFields(data[key!]) ? data[key!] : {}
  return { ...data, [key!]: rest.length ? put(below, rest, value) : value }
}

/** Changes what is there in place, as a careless `assign` does. */
function poke(data: Fields, [key, ...rest]: string[], value: unknown) {
  if (!rest.length) data[key!] = value
  else {
    if (!isFields(data[key!])) data[key!] = {}
    poke(data[key!], rest, value)
  }
}

function drop(data: Fields, [key, ...rest]: string[]) {
  if (!rest.length) delete data[key!]
  else if (isFields(data[key!])) drop(data[key!], rest)
}

const typed = setup({
  types: { context: {} as { data: Fields; finished: number }, events: {} as Event },
})
const changes = {
  put: typed.assign(({ context, event }) =>
    event.type === 'PUT' ? { data: put(context.data, event.path, event.value) } : {},
  ),
  poke: typed.assign(({ context, event }) => {
    if (event.type === 'POKE') poke(context.data, event.path, event.value)
    return {}
  }),
  drop: typed.assign(({ context, event }) => {
    if (event.type === 'DROP') drop(context.data, event.path)
    return {}
  }),
}

const leaf = setup({
  types: { context: {} as { data: Fields; finished: number }, events: {} as Event },
  actions: changes,
}).createMachine({
  id: 'leaf',
  context: () => ({ data: {}, finished: 0 }),
  initial: 'open',
  states: {
    open: {
      on: { PUT: { actions: 'put' }, POKE: { actions: 'poke' }, DROP: { actions: 'drop' }, FINISH: 'finished' },
    },
    finished: { type: 'final' },
  },
  output: ({ context }) => context.data,
})

/** Takes on any shape of context, by pure and impure assigns, and has children that do the same. */
export const shapeshifter = setup({
  types: { context: {} as { data: Fields; finished: number; last: unknown }, events: {} as Event },
  actors: { leaf },
  actions: {
    ...(changes as { [name in keyof typeof changes]: any }),
    count: assign({
      finished: ({ context }) => context.finished + 1,
      last: ({ event }) => (event as unknown as { output: unknown }).output,
    }),
    spawn: enqueueActions(({ enqueue, event, self }) => {
      const { name } = event as { name: string }
      if (!self.getSnapshot().children[name]) enqueue.spawnChild('leaf', { id: name })
    }),
    tell: enqueueActions(({ enqueue, event, self }) => {
      const { name, event: told } = event as { name: string; event: Event }
      if (self.getSnapshot().children[name]?.getSnapshot().status === 'active') enqueue.sendTo(name, told)
    }),
    finish: enqueueActions(({ enqueue, event, self }) => {
      const { name } = event as { name: string }
      if (self.getSnapshot().children[name]?.getSnapshot().status === 'active')
        enqueue.sendTo(name, { type: 'FINISH', name })
    }),
    stop: enqueueActions(({ enqueue, event }) => enqueue.stopChild((event as { name: string }).name)),
  },
}).createMachine({
  id: 'shapeshifter',
  context: () => ({ data: {}, finished: 0, last: undefined }),
  on: {
    PUT: { actions: 'put' as never },
    POKE: { actions: 'poke' as never },
    DROP: { actions: 'drop' as never },
    SPAWN: { actions: 'spawn' },
    TELL: { actions: 'tell' },
    FINISH: { actions: 'finish' },
    STOP: { actions: 'stop' },
    'xstate.done.actor.*': { actions: 'count' },
  },
})

const key = fc.constantFrom('a', 'b', 'c', '', '$', 'a.b', 'v', 'length')
const path = fc.array(key, { minLength: 1, maxLength: 4 })
const child = fc.constantFrom('left', 'right', 'under/way')

/** Data of every kind the encoding keeps. */
export const anyData = fc.letrec<{ data: unknown }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom(null, undefined, NaN, -0, Infinity, 0, true, '', '\u0000', '\ud800', 10n ** 30n),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.date(),
    fc.uint8Array({ maxLength: 4 }),
    fc.array(tie('data'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(key, fc.constant('__proto__')), tie('data'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(fc.tuple(fc.string(), tie('data')), { maxLength: 2 }).map((entries) => new Map(entries)),
    fc.array(fc.string(), { maxLength: 2 }).map((values) => new Set(values)),
  ),
})).data

const change = fc.oneof(
  fc.record({ type: fc.constantFrom('PUT' as const, 'POKE' as const), path, value: anyData }),
  fc.record({ type: fc.constant('DROP' as const), path }),
)

export const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 6, arbitrary: change },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('SPAWN' as const), name: child }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('TELL' as const), name: child, event: change }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('STOP' as const, 'FINISH' as const), name: child }) },
)
