import { expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { encode, type RefCodec } from '../../runtime/encoding.ts'
import { useHosts } from './hosts.ts'

const freezing: RefCodec = { store: () => undefined, revive: (ref) => ref, freezes: true }

test('data that is frozen all the way down is encoded once', () => {
  const part = Object.freeze({ list: Object.freeze([1, Object.freeze({ a: undefined })]) })
  const encoded = encode(part)
  expect(encode({ part })).toEqual({ part: encoded })
  expect((encode({ part }) as { part: unknown }).part).toBe(encoded)
})

test('what may still change is looked at again', () => {
  const inner = { n: 1 }
  const outer = Object.freeze({ inner })
  encode(outer)
  inner.n = 2
  expect(encode(outer)).toEqual({ inner: { n: 2 } })
})

test('what answers by a function, or holds a date, a map or a reference, is looked at again though it is frozen', () => {
  let n = 0
  const counting = Object.freeze({
    get n() {
      return ++n
    },
  })
  const date = new Date(0)
  const holder = Object.freeze({ date, entries: new Map([['a', 1]]) })
  for (const value of [counting, holder]) encode(value, freezing)
  date.setTime(5)
  holder.entries.set('a', 2)
  expect(encode(counting)).toEqual({ n: 2 })
  expect(encode(holder)).toEqual({
    date: { $: 'date', v: 5 },
    entries: { $: 'map', v: [['a', 2]] },
  })
})

test('a list of lists that grows by one level at a time is refused like one that came at once', () => {
  let deep: unknown[] = []
  const grow = () => {
    for (let level = 0; level < 600; level++) {
      deep = [deep]
      encode(deep, freezing)
    }
  }
  expect(grow).toThrow(/nested deeper than 500 levels/)
})

const machine = setup({
  types: { context: {} as { list: number[]; kept: { deep: { n: number } } } },
  actions: {
    pushInPlace: ({ context }) => void context.list.push(1),
    pushCopy: assign({ list: ({ context }) => [...context.list, 1] }),
  },
}).createMachine({
  context: ({ input }) => ({ list: [], kept: (input as { kept: { deep: { n: number } } }).kept }),
  on: { IN_PLACE: { actions: 'pushInPlace' }, COPY: { actions: 'pushCopy' } },
})

const hosts = useHosts()
const lists = async (runtime: Awaited<ReturnType<typeof hosts.start>>, id: string) =>
  (await runtime.history(id)).map(({ context }) => context.list.length)

test('a change in place is recorded, also beside data that was frozen by its owner', async () => {
  const runtime = await hosts.start({ machines: { machine } })
  const { id } = await runtime.spawn('machine', { input: { kept: Object.freeze({ deep: Object.freeze({ n: 1 }) }) } })
  for (const type of ['IN_PLACE', 'COPY', 'IN_PLACE']) await runtime.send(id, { type }, { wait: 'processed' })
  expect(await lists(runtime, id)).toEqual([0, 1, 2, 3])
})

test('a machine that was declared immutable is refused a change in place, and what its caller holds stays free', async () => {
  const runtime = await hosts.start({ machines: { machine: { machine, version: '1', immutable: true } } })
  const input = { kept: { deep: { n: 1 } } }
  const { id } = await runtime.spawn('machine', { input })
  input.kept.deep.n = 2
  await runtime.send(id, { type: 'COPY' }, { wait: 'processed' })
  await runtime.send(id, { type: 'IN_PLACE' })
  await expect(runtime.waitFor(id, 'done')).rejects.toMatchObject({ code: 'system.failed' })
  expect(await lists(runtime, id)).toEqual([0, 1, 1])
  expect((await runtime.snapshot(id)).context.kept).toEqual({ deep: { n: 1 } })
})

test('the projection of an immutable machine is given its context as it is', async () => {
  const seen: unknown[] = []
  const project = ({ context }: { context: unknown }) => {
    seen.push(context)
    return []
  }
  const runtime = await hosts.start({ machines: { machine: { machine, version: '1', immutable: true, project } } })
  const { id } = await runtime.spawn('machine', { input: { kept: { deep: { n: 1 } } } })
  await runtime.send(id, { type: 'COPY' }, { wait: 'processed' })
  const [first, second] = seen as [{ kept: object }, { kept: object }]
  expect(second).toEqual({ list: [1], kept: { deep: { n: 1 } } })
  expect(second.kept).toBe(first.kept)
  expect(Object.isFrozen(second.kept)).toBe(true)
})

test('beside a reference, which is shown as a name, what is frozen is still shared with the projection', async () => {
  const seen: any[] = []
  const project = ({ context }: { context: unknown }) => {
    seen.push(context)
    return []
  }
  const holder = setup({
    actors: { machine },
    actions: {
      meet: assign({ kid: ({ spawn }) => spawn('machine', { id: 'kid', input: { kept: { deep: { n: 1 } } } }) }),
    },
  }).createMachine({
    context: { kid: null as unknown, part: { deep: [1] }, at: new Date(5) },
    on: { MEET: { actions: 'meet' }, NEXT: { actions: assign({ at: () => new Date(6) }) } },
  })
  const runtime = await hosts.start({
    machines: { holder: { machine: holder, version: '1', immutable: true, project } },
  })
  const { id } = await runtime.spawn('holder')
  for (const type of ['MEET', 'NEXT']) await runtime.send(id, { type }, { wait: 'processed' })
  const ofRoot = seen.filter((context) => 'part' in context)
  expect(ofRoot.at(-1)).toEqual({
    kid: { id: 'kid', incarnation: expect.any(String) },
    part: { deep: [1] },
    at: new Date(6),
  })
  expect(ofRoot.at(-1).part).toBe(ofRoot.at(-2).part)
})
