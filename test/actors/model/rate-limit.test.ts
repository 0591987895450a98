import { expect, test } from 'vitest'
import { resetOf } from '../../../actors/model/rate-limit.ts'

const at = Date.parse('2026-06-01T12:00:00.250Z')
const waitOf = (headers: Record<string, string>) => resetOf(new Headers(headers), at) - at

test('an explicit wait goes before everything: in milliseconds, in seconds, or as a date', () => {
  expect(waitOf({ 'retry-after-ms': '20.5', 'retry-after': '9' })).toBe(21)
  expect(waitOf({ 'retry-after': '9', 'x-ratelimit-reset-requests': '1s' })).toBe(9000)
  expect(waitOf({ 'retry-after': '0.5' })).toBe(500)
  expect(waitOf({ 'retry-after': 'Mon, 01 Jun 2026 12:01:00 GMT' })).toBe(59_750)
})

test('else the limit that is used up says when', () => {
  const requests = { 'x-ratelimit-remaining-requests': '12', 'x-ratelimit-reset-requests': '6h' }
  const tokens = { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1m30.5s' }
  expect(waitOf({ ...requests, ...tokens })).toBe(90_500)
})

test('where none is said to be used up, the latest one: a single request was larger than what is left', () => {
  const left = { 'x-ratelimit-remaining-tokens': '500', 'x-ratelimit-reset-tokens': '20ms' }
  expect(waitOf({ ...left, 'x-ratelimit-reset-requests': '1d2h3m4s' })).toBe(93_784_000)
})

test('resets are told as seconds, as instants and as dates too', () => {
  expect(waitOf({ 'x-ratelimit-reset': '7' })).toBe(7000)
  expect(waitOf({ 'x-ratelimit-reset': String(at + 1234) })).toBe(1234)
  expect(waitOf({ 'x-ratelimit-reset': String((at + 750) / 1000) })).toBe(750)
  expect(waitOf({ 'x-ratelimit-reset-tokens': '2026-06-01T12:00:10.250Z' })).toBe(10_000)
})

test('nothing or nonsense means a minute; the past means at once; never means a month', () => {
  expect(waitOf({})).toBe(60_000)
  expect(waitOf({ 'retry-after': 'soon', 'x-ratelimit-reset-tokens': '' })).toBe(60_000)
  expect(waitOf({ 'retry-after': 'Mon, 01 Jun 2020 12:00:00 GMT' })).toBe(1)
  expect(waitOf({ 'retry-after': '99999999999' })).toBe(31 * 86_400_000)
})
