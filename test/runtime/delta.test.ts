import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applied, apply, difference, equal } from '../../runtime/delta.ts'
import { encode, type Encoded } from '../../runtime/encoding.ts'
import { anyData } from './shapeshifter.ts'

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const encoded = anyData.map((data) => copy(encode(data)))

test('applying the difference of two values to the first gives the second', () => {
  fc.assert(
    fc.property(encoded, encoded, (before, after) => {
      expect(apply(copy(before), copy(difference(before, after)))).toStrictEqual(after)
    }),
    { numRuns: 1_000 },
  )
})

test('differences fold one after the other, from nothing on', () => {
  fc.assert(
    fc.property(fc.array(encoded, { minLength: 1, maxLength: 8 }), (states) => {
      let folded: Encoded | undefined
      let before: Encoded | undefined
      for (const state of states) {
        folded = apply(folded, copy(difference(before, state)))
        before = state
        expect(folded).toStrictEqual(state)
      }
    }),
  )
})

test('folded without a change in place, every state on the way stays as it was', () => {
  fc.assert(
    fc.property(fc.array(encoded, { minLength: 1, maxLength: 8 }), (states) => {
      const folded: Encoded[] = []
      states.forEach((state, i) => folded.push(applied(folded[i - 1], copy(difference(states[i - 1], state)))))
      expect(folded).toStrictEqual(states)
    }),
  )
})

test('equal values have no difference, and only those', () => {
  fc.assert(
    fc.property(encoded, encoded, (a, b) => {
      expect(difference(a, copy(a))).toEqual({})
      expect(Object.keys(difference(a, b)).length === 0).toBe(equal(a, b))
      expect(equal(a, b)).toBe(JSON.stringify(sorted(a)) === JSON.stringify(sorted(b)))
    }),
  )
})

test('a change deep in a large map names its path only', () => {
  const steps = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`s${i}`, { status: 'ready', n: i }]))
  const after = { steps: { ...steps, s7: { status: 'done', n: 7 } }, note: 'x' }
  expect(difference({ steps, old: 1 }, after)).toEqual({
    set: [
      [['steps', 's7', 'status'], 'done'],
      [['note'], 'x'],
    ],
    gone: [['old']],
  })
})

test('of a list that grows at its end, only what was added is named', () => {
  const before = { ledger: [{ usd: 1 }, { usd: 2 }], list: [] }
  const after = { ledger: [{ usd: 1 }, { usd: 2 }, { usd: 3 }], list: [1] }
  const delta = difference(before, after)
  expect(delta).toEqual({ set: [[['list'], [1]]], added: [[['ledger'], [{ usd: 3 }]]] })
  expect(applied(before, delta)).toEqual(after)
  expect(before.ledger).toHaveLength(2)
  expect(apply([1], difference([1], [1, 2]))).toEqual([1, 2])
})

test('a tagged value is replaced whole, and so is a list', () => {
  expect(difference({ at: { $: 'date', v: 1 } }, { at: { $: 'date', v: 2 } })).toEqual({
    set: [[['at'], { $: 'date', v: 2 }]],
  })
  expect(difference({ list: [1, 2] }, { list: [1, 3] })).toEqual({ set: [[['list'], [1, 3]]] })
  expect(difference([], {})).toEqual({ set: [[[], {}]] })
  expect(equal({ a: 1 }, { b: 1 })).toBe(false)
  expect(equal(undefined, {})).toBe(false)
})

test('names that mean something to JavaScript are names like others', () => {
  const before = copy(encode(JSON.parse('{"__proto__":{"a":1},"constructor":1}')))
  const after = copy(encode(JSON.parse('{"__proto__":{"a":2},"toString":1}')))
  const result = apply(copy(before), copy(difference(before, after)))
  expect(JSON.stringify(sorted(result))).toBe(JSON.stringify(sorted(after)))
  expect(({} as { a?: number }).a).toBeUndefined()
})

function sorted(value: Encoded): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const fields = Object.keys(value).sort()
  return { fields: fields.map((key) => [key, sorted(value[key] as Encoded)]) }
}
