import { expect, test } from 'vitest'
import { failureFrom } from '../../machines/failure.ts'

test('an error is read as it was thrown, or as it was stored', () => {
  expect(failureFrom(Object.assign(new Error('no'), { code: 'git.locked' }), 'x')).toEqual({
    code: 'git.locked',
    reason: 'no',
  })
  expect(failureFrom({ message: 'stored' }, 'x')).toEqual({ code: 'x', reason: 'stored' })
  expect(failureFrom('text', 'x')).toEqual({ code: 'x', reason: 'text' })
  expect(failureFrom(null, 'x')).toEqual({ code: 'x', reason: 'null' })
})
