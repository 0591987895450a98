import { expect, test } from 'vitest'
import { newSystemId } from '../../runtime/index.ts'

test('ids are UUIDs of version 7 that tell the time', () => {
  const before = Date.now()
  const id = newSystemId()
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const time = parseInt(id.replace('-', '').slice(0, 12), 16)
  expect(time).toBeGreaterThanOrEqual(before)
  expect(time).toBeLessThanOrEqual(Date.now() + 1_000)
})

test('ids made one after the other sort in that order, also within a millisecond', () => {
  const ids = Array.from({ length: 10_000 }, newSystemId)
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(ids.length)
})
