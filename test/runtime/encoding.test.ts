import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode, type Encoded, type RefCodec } from '../../runtime/encoding.ts'
import { anyData } from './shapeshifter.ts'

const through = (value: unknown, refs?: RefCodec) =>
  decode(JSON.parse(JSON.stringify(encode(value, refs))) as Encoded, refs)

test('what is stored comes back as it was', () => {
  fc.assert(
    fc.property(anyData, (data) => {
      expect(isDeepStrictEqual(through(data), data)).toBe(true)
    }),
    { numRuns: 1_000 },
  )
})

test('what comes back shares nothing with what was stored', () => {
  const stored = encode({ deep: { list: [1] } })
  const first = decode(stored) as { deep: { list: number[] } }
  first.deep.list.push(2)
  expect(decode(stored)).toEqual({ deep: { list: [1] } })
})

describe('each kind of value that JSON loses', () => {
  const kinds: Record<string, unknown> = {
    undefined: { a: undefined, list: [undefined, 1] },
    'minus zero': -0,
    NaN: NaN,
    'the infinities': [Infinity, -Infinity],
    'a bigint': -(10n ** 40n),
    'a date': new Date(1_700_000_000_000),
    'the first date': new Date(0),
    'an invalid date': new Date(NaN),
    'a map with keys that are not strings': new Map<unknown, unknown>([[{ a: 1 }, new Date(1)]]),
    'a set': new Set([1, new Set(['x'])]),
    'a regular expression': /a+(?<b>c)/giu,
    'a URL': new URL('https://example.org/a?b=c#d'),
    bytes: new Uint8Array([0, 255, 7]),
    'a key that is a tag': { $: 'date', v: 3 },
    'a key that is a prototype': JSON.parse('{"__proto__":{"x":1}}'),
    'text that is not Unicode': ['\u0000', '\ud800', 'a\udfff'],
  }
  test.each(Object.entries(kinds))('%s', (_, value) => {
    expect(isDeepStrictEqual(through(value), value)).toBe(true)
  })
})

test('a hole in a list is stored as undefined', () => {
  expect(through([1, , 3])).toStrictEqual([1, undefined, 3])
})

test('an object of a class is stored as its fields, one without a prototype too', () => {
  class Point {
    x = 1
  }
  expect(through(new Point())).toEqual({ x: 1 })
  expect(through(Object.assign(Object.create(null), { x: 1 }))).toEqual({ x: 1 })
})

describe('errors', () => {
  test('keep class, message, cause and what was added to them, but no stack', () => {
    const error = Object.assign(new RangeError('too far', { cause: new TypeError('no') }), {
      code: 'E1',
      at: new Date(5),
    })
    const back = through(error) as typeof error
    expect(back).toBeInstanceOf(RangeError)
    expect(back).toMatchObject({ name: 'RangeError', message: 'too far', code: 'E1', at: new Date(5) })
    expect(back.cause).toBeInstanceOf(TypeError)
    expect(back.stack).toBe('RangeError: too far')
  })
  test('of a class of their own keep its name', () => {
    class Refusal extends Error {
      override name = 'Refusal'
    }
    expect(through(new Refusal('no'))).toMatchObject({ name: 'Refusal', message: 'no' })
  })
  test.each(['constructor', 'toString', '__proto__'])('with the name %s are errors all the same', (name) => {
    const back = through(Object.assign(new Error('odd'), { name })) as Error
    expect(back).toBeInstanceOf(Error)
    expect(back).toMatchObject({ name, message: 'odd' })
  })
  test('whose message is no text are stored with the text of it', () => {
    expect(through(Object.assign(new Error(), { message: 5n }))).toMatchObject({ message: '5' })
  })
})

describe('what cannot be stored is refused with its path', () => {
  const cycle: { list: unknown[] } = { list: [] }
  cycle.list.push(cycle)
  const bad: Record<string, [unknown, RegExp]> = {
    'a function': [{ a: { b: () => {} } }, /^a\.b is a function, which cannot be stored$/],
    'a symbol': [[Symbol('s')], /^0 is a symbol/],
    'a function at the top': [() => {}, /^the value is a function/],
    'a cycle': [cycle, /^list\.0\.list\.0\.list is a cycle, or nested deeper than 500 levels/],
    'a function inside of a map': [{ m: new Map([['k', () => {}]]) }, /^m\.entries\.0\.1 is a function/],
  }
  test.each(Object.entries(bad))('%s', (_, [value, message]) => {
    expect(() => encode(value)).toThrow(message)
  })
})

test('a stored value with a tag nobody knows is refused', () => {
  expect(() => decode({ $: 'dream', v: null })).toThrow('unknown tag dream')
})

test('references are stored by name, and objects may be stood in for', () => {
  const actor = { ref: true }
  const refs: RefCodec = {
    store: (value) => (value === actor ? { id: 'a', incarnation: '1.1' } : undefined),
    revive: ({ id, incarnation }) => `${id}@${incarnation}`,
    substitute: (value) => ('heavy' in value ? { light: true } : undefined),
  }
  expect(through({ actor, other: { heavy: 1 } }, refs)).toEqual({ actor: 'a@1.1', other: { light: true } })
  expect(through({ $: 'ref', v: { id: 'a', incarnation: '1.1' } })).toEqual({
    $: 'ref',
    v: { id: 'a', incarnation: '1.1' },
  })
  expect(decode({ $: 'ref', v: { id: 'a', incarnation: '1.1' } })).toEqual({ id: 'a', incarnation: '1.1' })
})
