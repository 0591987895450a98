import { expect, test } from 'vitest'
import { Timers } from '../../runtime/timers.ts'
import type { Timer } from '../../runtime/turn-record.ts'

const timer = (id: string, due: number, order: number, sendId: string | null = null, source = '1.0'): Timer => ({
  id,
  source,
  target: source,
  sendId,
  due,
  event: {},
  order,
})

const armed = (...given: Timer[]) => {
  const timers = new Timers()
  for (const each of given) timers.add(each)
  return timers
}

test('the next timer is the first due, and among those the first armed', () => {
  const timers = armed(timer('late', 20, 0), timer('second', 10, 2), timer('first', 10, 1))
  const order = []
  for (let next = timers.next(); next; next = timers.next()) {
    order.push(next.id)
    timers.remove(next.id)
  }
  expect(order).toEqual(['first', 'second', 'late'])
})

test('none is next that is not due yet', () => {
  const timers = armed(timer('a', 10, 0))
  expect(timers.next(9)).toBeUndefined()
  expect(timers.next(10)?.id).toBe('a')
  expect(new Timers().next()).toBeUndefined()
})

test('of two timers under one name the later is the one to cancel, and only those of the same actor', () => {
  const timers = armed(
    timer('b', 5, 2, 'x'),
    timer('a', 5, 1, 'x'),
    timer('other', 5, 3, 'x', '1.1'),
    timer('y', 5, 4, 'y'),
  )
  expect(timers.latest('1.0', 'x')?.id).toBe('b')
  timers.remove('b')
  expect(timers.latest('1.0', 'x')?.id).toBe('a')
  expect(timers.latest('1.0', 'z')).toBeUndefined()
})

test('timers are found by their actor, and removed once', () => {
  const timers = armed(timer('a', 1, 0), timer('b', 1, 1, null, '1.1'))
  expect(timers.of('1.1').map(({ id }) => id)).toEqual(['b'])
  expect(timers.get('a')?.id).toBe('a')
  expect([timers.remove('a'), timers.remove('a'), timers.size]).toEqual([true, false, 1])
  expect(timers.all().map(({ id }) => id)).toEqual(['b'])
})
