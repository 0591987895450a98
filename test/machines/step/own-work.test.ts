import { afterEach, expect, test } from 'vitest'
import { createWorld, delivered, file, chain, step, verified, type World } from '../world.ts'

let world: World
afterEach(() => world?.close())

test('a person who did the work cannot accept it; another one can', async () => {
  const definition = chain(step('one', [], { contract: { executor: { kind: 'human' } } } as never))
  world = createWorld(file({ chain: definition }), {
    contractor: ({ handover }) => delivered('c', { by: handover.by }),
    verifier: ({ verifier }) => verified(verifier, 'flaky'),
  })
  world.send({ type: 'directive.start' })
  await world.until('working.awaitingPerson', 'one-g1/contract')
  expect(world.snapshotAt('').context.runningSince).toBeNull()
  expect(world.snapshotAt('').context.steps.one).toMatchObject({ state: 'running', waiting: true })
  world.send({ type: 'contract.deliver', by: 'anna', delivery: null, summary: 'by hand' } as never, 'one-g1/contract')
  await world.until('evaluating.awaitingApproval', 'one-g1')
  world.send({ type: 'approval.approve', by: 'anna' } as never, 'one-g1/approval-1')
  expect(world.snapshotAt('one-g1/approval-1').value).toEqual({ pending: 'undated' })
  world.send({ type: 'approval.approve', by: 'bert' } as never, 'one-g1/approval-1')
  await world.until('passed', 'one-g1')
})
