import { expect, test } from 'vitest'
import { noModels, type ModelAccess } from '../../../actors/model/index.ts'
import { dollarsFor, pricesOf } from '../../../actors/model/prices.ts'

const at = Date.parse('2026-06-01T12:00:00Z')
const rule = (model: string, cost: number, since = '2026-01-01') => ({ model, in: cost, out: cost, since })
const access = (changes: Partial<ModelAccess>): ModelAccess => ({ ...noModels, ...changes })
const local = { ...noModels.provider, baseUrl: 'http://127.0.0.1:11434/v1' }

test('a listed model has its price at its own provider, also under the name with a date', () => {
  const prices = pricesOf(noModels, ['gpt-5', 'gpt-5-2025-08-07', 'gpt-5-unheard-of'], at)
  expect(prices['gpt-5']).toEqual({ in: 1.25, out: 10, cached: 0.125 })
  expect(prices['gpt-5-2025-08-07']).toEqual(prices['gpt-5'])
  expect(prices['gpt-5-unheard-of']).toBeNull()
})

test('the same name elsewhere has no price, which is not zero', () => {
  expect(pricesOf(access({ provider: local }), ['gpt-5'], at)).toEqual({ 'gpt-5': null })
  expect(pricesOf(access({ providers: { local } }), ['local/gpt-5'], at)).toEqual({ 'local/gpt-5': null })
})

test('a price does not hold before its day', () => {
  expect(pricesOf(noModels, ['gpt-5'], Date.parse('2025-08-06T23:59:00Z'))).toEqual({ 'gpt-5': null })
})

test("the user's prices go first: the longest name that fits, then the latest day", () => {
  const prices = [
    rule('gpt-5', 3, '2026-02-01'),
    rule('gpt-5', 2),
    rule('gpt-5', 9, '2027-01-01'),
    rule('local/*', 0),
    rule('local/big-*', 1),
  ]
  const found = pricesOf(access({ prices, providers: { local } }), ['gpt-5', 'local/small', 'local/big-one'], at)
  expect(found).toEqual({
    'gpt-5': { in: 3, out: 3 },
    'local/small': { in: 0, out: 0 },
    'local/big-one': { in: 1, out: 1 },
  })
})

test('cached tokens are a part of those that go in, and cost less where the price says so', () => {
  const tokens = { in: 1_000_000, out: 100_000, cached: 400_000, reasoning: 50_000 }
  expect(dollarsFor(tokens, { in: 1, out: 10, cached: 0.1 })).toBeCloseTo(0.6 + 0.04 + 1, 10)
  expect(dollarsFor(tokens, { in: 1, out: 10 })).toBeCloseTo(2, 10)
})
