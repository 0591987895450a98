import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import type { ScriptedRequest } from '../support/scripted-provider.ts'
import {
  asked,
  call,
  deliver,
  failureOfTests,
  judgement,
  plan,
  plannedStep,
  slugify,
  thinking,
} from '../support/thinking.ts'

vi.setConfig({ testTimeout: 180_000 })

const agentOf = (step: string) => (request: ScriptedRequest) =>
  asked.agent(request) && request.text.includes(`${step} is done`)
const idIn = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!
const docs = plannedStep('docs', { type: 'document', acceptanceCriteriaIds: [], verifiers: [] })
const write = (path: string, content: string) => [call('write', { path, content }), deliver()]

test('a step that stays red leads to another plan, which keeps what passed and knows what failed', async () => {
  const world = await thinking()
  const { provider, repository } = world
  provider.on(asked.plan, [
    plan(docs, plannedStep('slugify', { dependsOn: ['docs'] })),
    plan({ ...docs, carryOver: true }, plannedStep('mend', { dependsOn: ['docs'] })),
  ])
  provider.on(agentOf('docs'), write('README.md', '# tidy\n\nSlugs.\n'))
  provider.on(agentOf('slugify'), write('src/slugify.js', 'export const slugify = (text) => text.trim()\n'))
  provider.on(agentOf('mend'), write('src/slugify.js', slugify))
  provider.on(asked.judge, judgement('AC1', 'met', ['src/slugify.js', 1, 1]))

  const { code, stdout, stderr } = await world.adjutant('run', world.directive({ limits: { maxReworkCycles: 0 } }))
  expect(code, stdout + stderr).toBe(0)
  expect(stderr).toBe('')
  const [, second] = provider.requests.filter(asked.plan)
  expect(second!.text).toContain('a slug is lower case')
  expect(second!.text).toMatch(/docs: docs is done/)
  expect(second!.text).toMatch(/slugify: evaluation\.red/)

  const view = await world.shown()
  expect(view.steps.map(({ name, state }: any) => [name, state])).toEqual([
    ['docs', 'passed'],
    ['mend', 'passed'],
  ])
  expect(failureOfTests(repository, view.resultBranch)).toBeNull()
  expect(provider.requests.filter(agentOf('docs'))).toHaveLength(2)
  expect(provider.unmatched).toEqual([])
  expect(view.totals.costUsd).toBeCloseTo(provider.totals.usd, 9)

  const chains = await world.adjutant('chains', view.id)
  expect(chains.stdout).toMatch(/a-plan-g1 {2}2 steps from model scripted, superseded by a-plan-g2/)
  expect(chains.stdout).toMatch(/carried over {2}docs/)
  expect(chains.stdout).toMatch(/difference {4}added mend; removed slugify; unchanged docs/)
})

test('a person sends the plan back, edits the next one, and accepts step by step what comes of it', async () => {
  const world = await thinking()
  const { provider } = world
  const whole = plan(plannedStep('everything'))
  provider.on(asked.plan, [whole, plan(docs, plannedStep('slugify', { dependsOn: ['docs'] }))])
  provider.on(agentOf('slugify'), write('src/slugify.js', slugify))
  provider.on(asked.judge, judgement('AC1', 'met', ['src/slugify.js', 1, 1]))

  const first = await world.adjutant('run', world.directive({ autonomy: 'manual' }))
  expect(first.code, first.stdout + first.stderr).toBe(3)
  const id = idIn(first.stdout)
  const shown = await world.adjutant('show', id)
  expect(shown.stdout).toContain('Carry out the plan a-plan of 1 step?')
  expect(shown.stdout).toContain('planned by scripted')
  expect(shown.stdout).toContain('everything  implement by model: everything is done')

  expect((await world.adjutant('request-changes', id, 'documentation apart')).code).toBe(0)
  const again = await world.adjutant('run', id)
  expect(again.code, again.stdout + again.stderr).toBe(3)
  const asking = provider.requests.filter(asked.plan)
  expect(asking).toHaveLength(2)
  expect(asking[1]!.text).toContain('documentation apart')
  expect(asking[1]!.text).toContain('everything is done')

  // No documentation after all.
  expect((await world.adjutant('show', id)).stdout).toContain(`chains ${id.slice(0, 13)} --proposed > plan.yaml`)
  const proposed = await world.adjutant('chains', id, '--proposed')
  const directive = parse(proposed.stdout)
  directive.chain.steps = directive.chain.steps.slice(1).map((step: object) => ({ ...step, dependsOn: [] }))
  const edited = join(world.folder, 'edited.yaml')
  writeFileSync(edited, stringify(directive))
  expect((await world.adjutant('approve', id, '--chain', edited)).stderr).toBe('')

  for (const what of [/Step slugify is green: may it be merged/, /The final review is green/]) {
    const run = await world.adjutant('run', id)
    expect(run.code, run.stdout + run.stderr).toBe(3)
    expect(run.stdout).toMatch(what)
    expect((await world.adjutant('approve', id)).stderr).toBe('')
  }
  const last = await world.adjutant('run', id)
  expect(last.code, last.stdout + last.stderr).toBe(0)
  const [view] = (await world.adjutant('show', id, '--json')).values()
  expect(view).toMatchObject({ state: 'completed', outcome: { code: 'completed' } })
  expect(view.steps.map(({ name }: any) => name)).toEqual(['slugify'])
  expect(failureOfTests(world.repository, view.resultBranch)).toBeNull()
  expect(provider.unmatched).toEqual([])
})
