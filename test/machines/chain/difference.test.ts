import fc from 'fast-check'
import { expect, test } from 'vitest'
import { carriedOver } from '../../../machines/chain/carry-over.ts'
import { chainDifference, fingerprint } from '../../../machines/chain/difference.ts'
import { Chain } from '../../../machines/index.ts'
import { chain, step } from '../world.ts'

const parsed = (...steps: object[]) => Chain.parse(chain(...steps))

test('the difference of two generations is told by name', () => {
  const earlier = parsed(step('same'), step('gone'), step('other'))
  const later = parsed(step('same'), step('other', [], { description: 'new words' }), step('fresh', ['same']))
  const prints = ({ steps }: Chain) => new Map(steps.map((each) => [each.name, fingerprint(each)]))
  expect(chainDifference(prints(earlier), prints(later))).toEqual({
    added: ['fresh'],
    removed: ['gone'],
    changed: ['other'],
    unchanged: ['same'],
  })
})

test('the order of keys and dependencies does not change a definition, their content does', () => {
  const [one] = parsed(step('one', ['a', 'b'])).steps
  const turned = Object.fromEntries(Object.entries(one!).reverse()) as typeof one
  expect(fingerprint({ ...turned!, dependsOn: ['b', 'a', 'b'], carryOver: true })).toBe(fingerprint(one!))
  expect(fingerprint({ ...one!, parallelGroup: undefined })).toBe(fingerprint(one!))
  expect(fingerprint({ ...one!, dependsOn: ['a'] })).not.toBe(fingerprint(one!))
})

test('different texts have different fingerprints', () => {
  const [one] = parsed(step('one')).steps
  const print = (description: string) => fingerprint({ ...one!, description })
  fc.assert(fc.property(fc.string(), fc.string(), (a, b) => (a === b) === (print(a) === print(b))))
})

test('a passed step is kept when neither it nor anything it depends on has changed', () => {
  const before = parsed(step('a'), step('b', ['a']), step('c'), step('d', ['c']), step('e', ['c']))
  const passed = before.steps.map((each) => ({ name: each.name, fingerprint: fingerprint(each) }))
  const after = parsed(
    step('a'),
    step('b', ['a']),
    step('c', [], { description: 'changed' }),
    step('d', ['c']),
    step('e', ['c'], { carryOver: true }),
    step('f', [], { carryOver: true }),
  )
  expect([...carriedOver(after.steps, passed)].sort()).toEqual(['a', 'b', 'e'])
})
