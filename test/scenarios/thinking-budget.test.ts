import { expect, test } from 'vitest'
import { asked, call, deliver, git, thinking } from '../support/thinking.ts'

// At $1 and $10 for a million tokens each answer costs 20 cents, of which 16 could be known before.
const maxOutputTokens = 16_000
const paid = { usage: { in: 40_000, out: maxOutputTokens } }
const names = Array.from({ length: 9 }, (_, i) => `file${i}`)
// 2 answers for each of the first two files and 3 for each of the 7 others: 25 answers are five dollars.
const writes = (name: string) => (name < 'file2' ? 1 : 2)
const answers = (name: string) =>
  [...Array.from({ length: writes(name) }, (_, n) => written(name, n)), deliver()].map((reply) => ({
    ...reply,
    ...paid,
  }))

const written = (name: string, n: number) =>
  call('write', { path: `src/${name}.js`, content: `export const ${name} = ${n}\n` })

const chain = {
  name: 'nine-files',
  steps: names.map((name, i) => ({
    name,
    type: 'implement',
    description: `${name} is there`,
    dependsOn: i === 0 ? [] : ['file0'],
    contract: { executor: { kind: 'model', maxOutputTokens } },
    verifiers: [],
  })),
}

test('half a dollar stops a run of five dollars, what was done is kept, and with more money it completes', async () => {
  const world = await thinking()
  const { provider, repository } = world
  for (const name of names)
    provider.on((request) => asked.agent(request) && request.text.includes(`${name} is there`), answers(name))
  const limits = { maxTotalCostUsd: 0.5, maxParallelSteps: 4 }
  const stopped = await world.adjutant(
    'run',
    world.directive({ requirements: [], acceptanceCriteria: [], limits, chain }),
  )
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(4)
  expect(stopped.stdout).toContain('Approve with a new limit to go on?')
  const paused = await world.shown()
  expect(paused).toMatchObject({ state: 'paused', attention: { code: 'limit.cost_exceeded' } })
  expect(paused.totals.costUsd).toBeCloseTo(provider.totals.usd, 9)
  // Four steps at once asked for more when 40 cents were spent: one of them got it.
  expect(provider.totals.usd).toBeCloseTo(0.6, 9)
  expect(paused.steps.filter(({ state }: any) => state === 'passed').map(({ name }: any) => name)).toEqual(['file0'])
  expect(git(repository, 'show', `${paused.resultBranch}:src/file0.js`)).toBe('export const file0 = 0')

  const approved = await world.adjutant('approve', paused.id, '--max-cost-usd', '6')
  expect(approved.code, approved.stdout + approved.stderr).toBe(0)
  const ended = await world.adjutant('run', paused.id)
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  const completed = await world.shown()
  expect(completed.state).toBe('completed')
  expect(provider.totals.answers).toBe(25)
  expect(provider.totals.usd).toBeCloseTo(5, 9)
  expect(completed.totals.costUsd).toBeCloseTo(5, 6)
  for (const name of names.slice(1))
    expect(git(repository, 'show', `${completed.resultBranch}:src/${name}.js`)).toBe(
      `export const ${name} = ${writes(name) - 1}`,
    )
}, 180_000)
