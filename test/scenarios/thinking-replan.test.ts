import { expect, test } from 'vitest'
import { asked, call, deliver, git, judgement, plan, plannedStep, slugify, thinking } from '../support/thinking.ts'

const unverified = { verifiers: [] }
const first = plannedStep('first', { acceptanceCriteriaIds: [], ...unverified })

test('a step that its judge finds wanting leads to another plan, which keeps what passed and is told why', async () => {
  const world = await thinking({ files: { 'README.md': '# tidy\n' } })
  const { provider } = world
  provider.on(asked.plan, [
    plan(first, plannedStep('second', { dependsOn: ['first'], ...unverified })),
    plan({ ...first, carryOver: true }, plannedStep('other', { dependsOn: ['first'], ...unverified })),
  ])
  const works = (name: string, ...replies: ReturnType<typeof call>[]) =>
    provider.on((request) => asked.agent(request) && request.text.includes(`${name} is done`), replies)
  works('first', call('write', { path: 'first.txt', content: 'first\n' }), deliver())
  works('second', deliver('There was nothing to do.'))
  works('other', call('write', { path: 'src/slugify.js', content: slugify }), deliver())
  provider.on(asked.judge, judgement('AC1', 'met', ['src/slugify.js', 1, 1]))
  provider.on(asked.judge, [judgement('AC1', 'unmet')])

  const { code, stdout, stderr } = await world.adjutant('run', world.directive({ limits: { maxReworkCycles: 0 } }))
  expect(code, stdout + stderr).toBe(0)
  const view = await world.shown()
  expect(view.steps.map(({ name, state }: any) => [name, state])).toEqual([
    ['first', 'passed'],
    ['other', 'passed'],
  ])
  expect(git(world.repository, 'show', `${view.resultBranch}:first.txt`)).toBe('first')
  // Asked once: what passed was not done again.
  expect(
    provider.requests.filter(({ text }) => asked.agent({ text } as never) && text.includes('first is done')),
  ).toHaveLength(2)
  expect(provider.unmatched).toEqual([])
  expect(view.totals.costUsd).toBeCloseTo(provider.totals.usd, 6)

  const [, second] = provider.requests.filter(asked.plan)
  for (const told of ['Acceptance criterion AC1 is unmet', 'name="failing-step" step="second"', 'name="passed-steps"'])
    expect(second!.text).toContain(told)
  const chains = await world.adjutant('chains', view.id, '--json')
  expect(chains.values()).toMatchObject([
    { generation: 1, difference: null },
    { generation: 2, carriedOver: ['first'], difference: { added: ['other'], removed: ['second'] } },
  ])
}, 120_000)
