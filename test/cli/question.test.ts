import { expect, test } from 'vitest'
import type { ApprovalRequest } from '../../machines/index.ts'
import type { Key } from '../../cli/keyboard.ts'
import { ask, askAgain, linesOf, press, type Question } from '../../cli/question.ts'

const request = {
  type: 'completion_review' as const,
  question: 'Accept\nthe \u001b[31mresult?',
  facts: {},
  choices: ['replan', 'accept', 'stop'],
  choicesWithChain: ['replan'],
  choicesWithReason: ['accept'],
  allowsChanges: false,
}

const key = (text: string): Key => ({ name: text, text, ctrl: false })
const named = (name: string, ctrl = false): Key => ({ name, text: '', ctrl })
const enter = named('return')

/** What comes of these keys, one after the other. */
function pressAll(question: Question, ...keys: Key[]) {
  let outcome: ReturnType<typeof press> = question
  for (const each of keys) outcome = press(outcome as Question, each)
  return outcome
}

const typed = (text: string) => [...text].map(key)
const asked = (changes: Partial<ApprovalRequest>) => ask({ ...request, ...changes })

test('a question is one line, its answers another', () => {
  expect(linesOf(ask(request))).toEqual([
    '? Accept the [31mresult?',
    '  [1] replan  [2] accept  [3] stop  [d] deny  [f] facts  [l] later',
  ])
  expect(linesOf(asked({ allowsChanges: true, choices: ['accept'] })).at(-1)).toBe(
    '  [1] accept  [c] changes  [d] deny  [f] facts  [l] later',
  )
})

test('no single key answers: Enter does, and Escape goes back', () => {
  const stopped = pressAll(ask(request), key('3'))
  expect(linesOf(stopped as Question).at(-1)).toBe('  stop; a comment, or Enter (Esc: back): ▏')
  expect(pressAll(ask(request), key('3'), enter)).toEqual({ done: { verb: 'approve', choice: 'stop' } })
  expect(pressAll(ask(request), key('3'), named('escape'))).toEqual(ask(request))
  expect(pressAll(ask(request), key('d'), ...typed('no'), enter)).toEqual({ done: { verb: 'deny', comment: 'no' } })
})

test('a reason, a chain, what shall be different, and a limit are asked for where they are needed', () => {
  const unreasoned = pressAll(ask(request), key('2'), enter) as Question
  expect(unreasoned.problem).toBe('a reason is needed')
  expect(pressAll(unreasoned, ...typed('late'), enter)).toEqual({
    done: { verb: 'approve', choice: 'accept', comment: 'late' },
  })
  expect((pressAll(ask(request), key('1'), enter) as Question).problem).toBe('a file is needed')
  expect(pressAll(ask(request), key('1'), ...typed('a.yaml'), enter, enter)).toEqual({
    done: { verb: 'approve', choice: 'replan', chainFile: 'a.yaml' },
  })
  const changes = asked({ allowsChanges: true })
  expect((pressAll(changes, key('c'), enter) as Question).problem).toBe('it has to be said what shall be different')
  const limit = asked({ type: 'limit_exceeded', choices: ['raise'], choicesWithReason: [], facts: { limit: 'cost' } })
  const asking = pressAll(limit, key('1')) as Question
  expect(linesOf(asking).at(-1)).toBe('  the new limit in US dollars (Esc: back): ▏')
  expect((pressAll(asking, ...typed('-1'), enter) as Question).problem).toBe('a number above 0 is needed')
  expect(pressAll(asking, ...typed('2.5'), enter, enter)).toEqual({
    done: { verb: 'approve', choice: 'raise', limit: 2.5 },
  })
})

test('what is typed can be mended, and other keys type nothing', () => {
  const keys = [...typed('one two'), named('w', true), ...typed('thrée'), named('backspace'), named('up'), key('e')]
  const question = pressAll(ask(request), key('3'), ...keys) as Question
  expect(question.typed).toBe('one thrée')
  expect((press(question, named('u', true)) as Question).typed).toBe('')
})

test('keys that mean nothing here change nothing', () => {
  for (const text of ['9', '0', 'c', 'x', '']) expect(press(ask(request), key(text))).toEqual(ask(request))
  expect([press(ask(request), key('f')), press(ask(request), key('l'))]).toEqual(['facts', 'later'])
})

test('an answer that was not taken is asked for again, saying why', () => {
  const again = askAgain(pressAll(ask(request), key('3')) as Question, 'no\nsuch file')
  expect(linesOf(again)).toEqual([linesOf(ask(request))[0], '  no such file', linesOf(ask(request))[1]])
})
