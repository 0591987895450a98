import { expect, test } from 'vitest'
import { eventLine } from '../../cli/event-line.ts'
import { blockOf, openProgress, type Picture } from '../../cli/progress.ts'
import { elapsed, fit, plain, table, type Terminal } from '../../cli/terminal.ts'

function fakeTerminal(changes: Partial<Terminal> = {}) {
  const written: string[] = []
  const terminal: Terminal = {
    json: false,
    live: true,
    columns: 60,
    rows: 10,
    say: (line = '') => void written.push(`${line}\n`),
    warn: (line) => void written.push(`${line}\n`),
    data: () => undefined,
    raw: (text) => void written.push(text),
    style: (_, text) => text,
    ...changes,
  }
  return { terminal, written }
}

const picture = (count: number): Picture => ({
  title: 'A title',
  status: 'active',
  startedAt: 1000,
  steps: Array.from({ length: count }, (_, i) => ({
    name: `step-${i}`,
    status: i === 7 ? 'running' : 'pending',
    depth: 0,
  })),
})

test('the block names the directive, its time and every step', () => {
  const { terminal } = fakeTerminal()
  expect(blockOf(picture(2), terminal, 13_500)).toEqual([
    'A title  active  0/2 steps  12s',
    '  ○ step-0  pending',
    '  ○ step-1  pending',
  ])
})

test('a chain longer than the screen is cut to what moves', () => {
  const { terminal } = fakeTerminal()
  const lines = blockOf(picture(50), terminal, 0)
  expect(lines.length).toBeLessThan(terminal.rows)
  expect(lines.join('\n')).toContain('▶ step-7')
  expect(lines.at(-1)).toBe('  … and 45 more')
})

test('a line scrolls above the block, which is taken away and painted again', () => {
  const { terminal, written } = fakeTerminal()
  const progress = openProgress(terminal, () => 2000)
  progress.show(picture(1))
  progress.say('news')
  progress.end()
  const erase = '\u001b[2A\u001b[0J'
  const block = 'A title  active  0/1 steps  1.0s\n  ○ step-0  pending\n'
  expect(written).toEqual([block, erase, 'news\n', block])
})

test('without a terminal there are lines only', () => {
  const { terminal, written } = fakeTerminal({ live: false })
  const progress = openProgress(terminal)
  progress.show(picture(3))
  progress.say('news')
  progress.end()
  expect(written).toEqual(['news\n'])
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
  expect(
    table([
      ['a', 'bb'],
      ['ccc', 'd'],
    ]),
  ).toEqual(['a    bb', 'ccc  d'])
})
