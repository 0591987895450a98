import { expect, test } from 'vitest'
import { emit, enqueueActions, setup } from 'xstate'
import { emittedAfter, followEmitted, type Emitted } from '../../runtime/index.ts'
import { useHosts } from '../runtime/hosts.ts'

const EVENTS = 100_000
const AT_ONCE = 1_000

const crier = setup({
  types: {
    events: {} as { type: 'CRY'; from: number },
    emitted: {} as { type: 'cried'; i: number; words: string },
  },
  actions: {
    cry: enqueueActions(({ enqueue, event }) => {
      for (let i = 0; i < AT_ONCE; i++) enqueue(emit({ type: 'cried', i: event.from + i, words: 'heard by everybody' }))
    }),
  },
}).createMachine({ id: 'crier', on: { CRY: { actions: 'cry' } } })

const hosts = useHosts()

async function numbersOf(events: AsyncIterable<Emitted>): Promise<number[]> {
  const numbers: number[] = []
  for await (const { event } of events) numbers.push(event.i)
  return numbers
}

test('of 100,000 emitted events a follower in another process gets each once, in order, and from any place', async () => {
  const teller = await hosts.start({ machines: { crier }, name: 'teller' })
  const listener = await hosts.start({ machines: { crier }, name: 'listener', roles: [] })
  const { id } = await teller.spawn('crier')
  const all = Array.from({ length: EVENTS }, (_, i) => i)
  let told = false
  const heard = numbersOf(
    followEmitted(listener, id, { signal: AbortSignal.timeout(100_000), ended: async () => told }),
  )
  for (let from = 0; from < EVENTS; from += AT_ONCE) await teller.send(id, { type: 'CRY', from })
  await teller.settled(id)
  told = true
  const numbers = await heard
  expect(numbers).toHaveLength(EVENTS)
  expect(numbers.findIndex((i, place) => i !== place)).toBe(-1)

  // In the middle of what one entry emitted.
  const page = await listener.emitted(id, { after: 5, limit: 1 })
  const { seq, n, event } = page[AT_ONCE / 2]!
  expect(await numbersOf(emittedAfter(listener, id, { seq, n }))).toEqual(all.slice(event.i + 1))
}, 120_000)
