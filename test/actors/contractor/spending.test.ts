import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { putSpendingAside, spendingOf } from '../../../actors/contractor/spending.ts'
import { sandbox } from '../sandbox.ts'

function attempt() {
  const folder = sandbox()
  mkdirSync(join(folder, 'outbox'))
  const file = join(folder, 'outbox', 'costs.jsonl')
  const amounts = (ended = true) => spendingOf(folder, { ended }).costs.map(({ usd }) => usd)
  return { folder, file, amounts, write: (text: string) => writeFileSync(file, text) }
}

test('nothing was spent where nothing is said', () => {
  expect(spendingOf(attempt().folder, { ended: true })).toEqual({ costs: [], problems: [] })
})

test('a cost is a line; while it may still be written, one without its end does not count', () => {
  const { folder, amounts, write } = attempt()
  write('{"usd":0.1,"model":"m","tokens":{"in":5},"note":"asked"}\n\n{"usd":0.2}')
  expect(amounts(false)).toEqual([0.1])
  expect(amounts()).toEqual([0.1, 0.2])
  expect(spendingOf(folder, { ended: true }).costs[0]).toEqual({
    usd: 0.1,
    model: 'm',
    tokens: { in: 5, out: 0, cached: 0, reasoning: 0 },
    note: 'asked',
  })
})

test('a run that begins its file anew takes nothing back of what an interrupted one has spent', () => {
  const { folder, amounts, write } = attempt()
  write('{"usd":0.1}\n{"usd":0.2}')
  putSpendingAside(folder)
  expect(amounts(false)).toEqual([0.1, 0.2])
  write('{"usd":0.3}\n')
  putSpendingAside(folder)
  putSpendingAside(folder)
  write('{"usd":0.4}\n')
  expect(amounts()).toEqual([0.1, 0.2, 0.3, 0.4])
})

test.each([
  ['no JSON', 'usd: 3', /line 1: /],
  ['a field nobody knows', '{"usd":1,"tokens":{"input":3}}', /line 1: tokens: .*input/],
  ['an amount that is none', '{"usd":"0.2"}', /line 1: usd: /],
  ['no amount at all', '{"model":"m"}', /line 1: usd: /],
  ['less than nothing', '{"usd":-1}', /line 1: usd: /],
  ['a source of its own', '{"usd":1,"source":"estimated"}', /line 1: .*source/],
])('%s is a cost that is unknown, and says why', (_, line, problem) => {
  const { folder, write } = attempt()
  write(`${line}\n{"usd":2}\n`)
  const { costs, problems } = spendingOf(folder, { ended: true })
  expect(costs).toMatchObject([{ usd: null, source: 'unknown', note: expect.stringMatching(problem) }, { usd: 2 }])
  expect(problems).toEqual([expect.stringMatching(problem)])
})

test('what is no file, too long or too much is unknown from there on, never nothing', () => {
  const link = attempt()
  symlinkSync('/etc/passwd', link.file)
  expect(spendingOf(link.folder, { ended: false }).problems).toEqual(['costs.jsonl is not a file'])
  const long = attempt()
  long.write(`{"usd":1}\n{"usd":2,"note":"${'x'.repeat(1_000_000)}"}\n`)
  expect(long.amounts()).toEqual([1, null])
  expect(long.amounts(false)).toEqual([1, null])
  const many = attempt()
  many.write('{"usd":1}\n'.repeat(600))
  expect(many.amounts()).toHaveLength(500)
  expect(many.amounts().at(-1)).toBeNull()
  expect(spendingOf(many.folder, { ended: true }).problems).toHaveLength(1)
})
