import { expect, test } from 'vitest'
import { Chain, compareChains } from '../../../machines/index.ts'
import { chain, step } from '../world.ts'

const parsed = (...steps: object[]) => Chain.parse(chain(...steps))

test('any two chains can be compared, down to the parts of a step that differ', () => {
  const before = parsed(step('one'), step('two', ['one']), step('three'))
  const after = parsed(
    step('one', [], { carryOver: true }),
    step('two', [], { description: 'other', contract: { executor: { kind: 'noop' } } as never }),
    step('four'),
  )
  expect(compareChains(before, after)).toEqual({
    added: ['four'],
    removed: ['three'],
    changed: ['two'],
    unchanged: ['one'],
    fields: { two: ['description', 'dependsOn', 'executor'] },
  })
})

test('a part that only one of them has differs', () => {
  const with_ = parsed(
    step('one', [], { taskPlan: 'so', contract: { phases: ['a'], executor: { kind: 'noop' } } as never }),
  )
  const without = parsed(step('one', [], { contract: { executor: { kind: 'noop' } } as never }))
  expect(compareChains(with_, without).fields).toEqual({ one: ['taskPlan', 'contract'] })
  expect(compareChains(without, with_).fields.one!.sort()).toEqual(['contract', 'taskPlan'])
})
