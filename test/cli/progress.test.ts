import { expect, test } from 'vitest'
import { eventLine } from '../../cli/event-line.ts'
import { blockOf, type Picture, type StepLine } from '../../cli/picture.ts'
import { openProgress } from '../../cli/progress.ts'
import { StepTimes } from '../../cli/step-times.ts'
import { elapsed, plain, table, type Terminal } from '../../cli/terminal.ts'
import { fit, fitEnd, width } from '../../cli/width.ts'

function fakeTerminal(changes: Partial<Terminal> = {}) {
  const written: string[] = []
  const directly = (write: () => void) => write()
  let around = directly
  const terminal: Terminal = {
    json: false,
    live: true,
    columns: 60,
    rows: 10,
    say: (line = '') => around(() => void written.push(`${line}\n`)),
    warn: (line) => void written.push(`${line}\n`),
    data: () => undefined,
    raw: (text) => void written.push(text),
    style: (_, text) => text,
    hold: (painter) => {
      around = painter
      return () => void (around = directly)
    },
    onResize: () => () => undefined,
  }
  // Not spread: a size that changes is a getter.
  Object.defineProperties(terminal, Object.getOwnPropertyDescriptors(changes))
  return { terminal, written, say: terminal.say }
}

const step = (name: string, changes: Partial<StepLine> = {}): StepLine => ({
  name,
  state: 'pending',
  details: [],
  depth: 0,
  waiting: false,
  ...changes,
})

const picture = (...steps: StepLine[]): Picture => ({
  title: 'A title',
  state: 'active',
  budget: [],
  startedAt: 1000,
  endedAt: undefined,
  steps,
  notes: [],
})

const chain = (count: number) =>
  picture(...Array.from({ length: count }, (_, i) => step(`step-${i}`, i === 7 ? { state: 'running' } : {})))

const plainLines = (...given: Parameters<typeof blockOf>) => blockOf(...given).map((line) => line.plain)

test('the block names the directive, its time, its budget, every step with what is known of it, and what waits', () => {
  const { terminal } = fakeTerminal({ columns: 100 })
  const now = 13_500
  const seen = {
    ...picture(
      step('one', { state: 'passed', details: ['green 0.92'], took: 1500 }),
      step('two', { state: 'running', details: ['codex, attempt 2', 'writes tests', '40 %'], since: 3500, depth: 1 }),
      step('three', { state: 'evaluating', details: ['waits for an answer'], waiting: true, depth: 1 }),
      step('four', { details: ['after two, three'], depth: 2 }),
    ),
    budget: ['$0.12 of $2'],
    notes: ['one answer is waited for'],
  }
  expect(plainLines(seen, { terminal, now })).toEqual([
    'A title  active  1/4 steps  12s  $0.12 of $2',
    '  ✔ one  passed  green 0.92  1.5s',
    '    ▶ two  running  codex, attempt 2  writes tests  40 %  10s',
    '    ? three  evaluating  waits for an answer',
    '      ○ four  pending  after two, three',
    '  one answer is waited for',
  ])
})

test('a chain longer than the screen is cut to what moves', () => {
  const { terminal } = fakeTerminal()
  const lines = plainLines(chain(50), { terminal, now: 0 })
  expect(lines.length).toBe(terminal.rows - 2)
  expect(lines.join('\n')).toContain('▶ step-7')
  expect(lines.at(-1)).toBe('  … and 44 more')
})

test('what is asked has room before everything else, and what is typed is seen at its end', () => {
  const { terminal } = fakeTerminal({ rows: 6, columns: 20 })
  const asked = ['Take it?', '[1] yes', 'comment: a long reason for it']
  const lines = plainLines(chain(50), { terminal, now: 0, asked })
  expect(lines).toHaveLength(4)
  expect(blockOf(chain(50), { terminal, now: 0, asked }).at(-1)!.styled).toBe('…long reason for it')
  expect(blockOf(chain(50), { terminal: { ...terminal, rows: 3 }, now: 0, asked })).toHaveLength(1)
})

test('a line scrolls above the block, which is taken away and painted again', () => {
  const { terminal, written, say } = fakeTerminal()
  let now = 2000
  const progress = openProgress(terminal, () => now)
  progress.show(chain(1))
  now += 100
  say('news')
  progress.end()
  const block =
    '\u001b[?7lA title  active  0/1 steps  1.1s\u001b[K\n  ○ step-0  pending\u001b[K\n\u001b[?7h\u001b[0J\u001b[?2026l'
  expect(written.slice(1, 4)).toEqual(['\u001b[2A\r\u001b[0J', 'news\n', `\u001b[?2026h${block}`])
  // Painted again in place.
  expect(written.slice(4)).toEqual([`\u001b[?2026h\u001b[2A\r${block}`])
})

test('a narrower terminal has folded what was painted: all of it is taken away', () => {
  const size = { columns: 60, resized: () => undefined as void }
  const { terminal, written } = fakeTerminal({
    get columns() {
      return size.columns
    },
    onResize: (listener) => {
      size.resized = listener
      return () => undefined
    },
  })
  let now = 2000
  const progress = openProgress(terminal, () => now)
  progress.show(chain(1))
  now += 100
  size.columns = 20
  size.resized()
  progress.end()
  // Two lines of 31 and 18 columns are three rows at 20.
  expect(written[1]).toContain('\u001b[3A\r')
  expect(written[1]).toContain('A title  active  0…')
})

test('a flood of lines is not interleaved with as many blocks', () => {
  const { terminal, written, say } = fakeTerminal()
  const progress = openProgress(terminal, () => 2000)
  progress.show(chain(1))
  for (let n = 0; n < 1000; n++) say(`line ${n}`)
  progress.end()
  expect(written.filter((text) => text.includes('A title'))).toHaveLength(2)
  expect(written.filter((text) => text.startsWith('line '))).toHaveLength(1000)
})

test('without a terminal there are lines only', () => {
  const { terminal, written, say } = fakeTerminal({ live: false })
  const progress = openProgress(terminal)
  progress.show(chain(3))
  progress.ask(['Take it?'])
  say('news')
  progress.end()
  expect(written).toEqual(['news\n'])
})

test('how long a step took is learned from what was told', () => {
  const times = new StepTimes()
  const tell = (type: string, at: number, state?: string) =>
    times.learn({
      ...{ seq: 1, n: 1, severity: 'info', actor: { type: 'system', id: 'adjutant' }, stepId: 'one-g1' },
      ...{ type, at: new Date(at).toISOString(), data: { ...(state && { state }) } },
    })
  tell('step.status_changed', 500, 'passed')
  expect(times.of('one-g1')).toEqual({})
  tell('step.started', 1000)
  tell('step.rework', 2000)
  tell('step.started', 3000)
  expect(times.of('one-g1')).toEqual({ since: 1000 })
  tell('step.status_changed', 4000, 'passed')
  expect(times.of('one-g1')).toEqual({ since: 1000, took: 3000 })
})

test('an event is one line, whatever its message holds', () => {
  const { terminal } = fakeTerminal()
  const told = {
    seq: 1,
    n: 1,
    at: new Date(2026, 0, 1, 9, 5, 7).toISOString(),
    type: 'step.rework',
    severity: 'warning',
    actor: { type: 'system', id: 'adjutant' },
    stepId: 'slugify-g1',
    data: { message: 'two\nlines \u001b[31mand a colour' },
  }
  expect(eventLine(told, terminal)).toBe('09:05:07 ↻ slugify      two lines [31mand a colour')
})

test('times are short at any length', () => {
  const times = [340, 9_990, 59_900, 61_000, 3_599_000, 7_380_000]
  expect(times.map(elapsed)).toEqual(['0.3s', '10.0s', '59s', '1m 01s', '59m 59s', '2h 03m'])
})

test('what others wrote cannot move the cursor', () => {
  expect(plain('a\u001b[2Jb\u0007c\u009b1md\te\n')).toBe('a[2Jbc1md\te\n')
})

test('lines are cut to the width and columns padded', () => {
  expect(fit('abcdef', 4)).toBe('abc…')
  expect(fit('日本語', 5)).toBe('日本…')
  expect(fitEnd('abcdef', 4)).toBe('…def')
  expect([width('日本'), width('e\u0301'), width('👩‍👩‍👧'), width('é')]).toEqual([4, 1, 2, 1])
  expect(
    table([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toEqual(['a    bb', 'ccc  d'])
})
