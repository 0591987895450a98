import { createActor } from 'xstate'
import { expect, test } from 'vitest'
import { type ChainFacts, machines } from '../../../machines/index.ts'
import { reachedStates } from '../exploration.ts'
import { chain, step } from '../world.ts'

const { machine } = machines.chain
const input: ChainFacts = {
  id: 'plan-g1',
  directiveId: 'd',
  generation: 1,
  source: 'file',
  rationale: null,
  planningModel: null,
  reason: null,
  definition: chain(step('a')),
  positions: {},
  carriedOver: [],
  difference: null,
  criticalPath: ['a'],
}

test('every state can be reached', () => {
  const events = [{ type: 'chain.supersede', by: 'plan-g2' }, { type: 'chain.recall' }]
  expect(reachedStates(machine, [{ input, events, key: () => null }]).missing).toEqual([])
})

test('a superseded chain stays readable and knows its successor', () => {
  const actor = createActor(machine, { input }).start()
  actor.send({ type: 'chain.supersede', by: 'plan-g2' })
  expect(actor.getSnapshot()).toMatchObject({
    value: 'superseded',
    status: 'active',
    context: { supersededBy: 'plan-g2', definition: { name: 'plan' } },
  })
})
