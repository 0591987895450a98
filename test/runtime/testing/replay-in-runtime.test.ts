import { expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { coverPaths, replayInRuntime, type Samples } from '../../../runtime/testing/index.ts'
import { ANNA, order } from './order.ts'

const ended = (id: string, output: object) => ({ type: `xstate.done.actor.${id}`, output, actorId: id })
const failed = (id: string) => ({ type: `xstate.error.actor.${id}`, error: new Error('no'), actorId: id })

const samples: Samples = {
  inputs: { anna: ANNA, free: { ...ANNA, cents: 0 } },
  events: () => [
    { type: 'pay', card: 'visa' },
    { type: 'cancel' },
    ended('charge', { receipt: 'r' }),
    failed('charge'),
    ended('ship', { parcel: 'p' }),
  ],
}

test('paths that cover a machine lead in the runtime, opened anew between any two events, where they lead in memory', async () => {
  const { paths, coverage } = coverPaths(order, samples)
  expect(coverage.states).toMatchObject({ total: 7, missing: [] })
  expect(coverage.transitions).toMatchObject({ total: 8, missing: [] })
  expect(await replayInRuntime(order, paths, { samples })).toEqual([])
})

test('a machine that keeps something beside its context is found out', async () => {
  const visits = new WeakMap<object, number>()
  const forgetful = setup({
    types: { context: {} as { visits: number } },
    actions: {
      count: assign(({ self }) => {
        visits.set(self, (visits.get(self) ?? 0) + 1)
        return { visits: visits.get(self)! }
      }),
    },
  }).createMachine({
    context: { visits: 0 },
    initial: 'a',
    states: { a: { on: { go: 'b' }, exit: 'count' }, b: { on: { go: 'c' }, exit: 'count' }, c: {} },
  })
  const given: Samples = { inputs: { any: undefined }, events: () => [{ type: 'go' }] }
  const { paths } = coverPaths(forgetful, given)
  const differences = await replayInRuntime(forgetful, paths, { samples: given, patienceMs: 100 })
  expect(differences).toMatchObject([
    { leg: 2, expected: { context: { visits: 2 } }, seen: { context: { visits: 1 } } },
  ])
})
