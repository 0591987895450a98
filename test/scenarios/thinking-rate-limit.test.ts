import { expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { asked, deliver, plan, plannedStep, thinking } from '../support/thinking.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Nothing to judge: a plan, and one answer of the agent. When it was asked is noted. */
async function prepared(model: object = {}) {
  const world = await thinking({ env: { ADJUTANT_LEASE_MS: '1000' } })
  const unjudged = { type: 'research', requirementIds: [], acceptanceCriteriaIds: [], verifiers: [] }
  world.provider.on(asked.plan, plan(plannedStep('look', unjudged)))
  const file = world.directive({ requirements: [], acceptanceCriteria: [], model })
  const agentAsked: { at: number; model: string }[] = []
  /** The model has had enough for so many seconds, the first time it is asked. */
  const limit = (limited: string, seconds: number) =>
    world.provider.on(asked.agent, (request) => {
      agentAsked.push({ at: Date.now(), model: request.model })
      const first = agentAsked.filter((each) => each.model === limited).length === 1
      if (request.model !== limited || !first) return deliver('Looked.')
      return { status: 429, headers: { 'retry-after': String(seconds) } }
    })
  return { ...world, file, agentAsked, limit }
}

const idIn = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!

test('a provider that has had enough is left alone until its limit resets, across a crash, and is asked once more', async () => {
  const world = await prepared()
  world.limit('scripted', 6)
  const running = world.start('run', world.file)
  await eventually(() => expect(running.stdout()).toContain('waits for the rate limit of scripted'), 60_000)
  running.kill('SIGKILL')
  const { code, stdout, stderr } = await world.adjutant('run', idIn((await running.ended).stdout))
  expect(code, stdout + stderr).toBe(0)
  expect(world.agentAsked).toHaveLength(2)
  expect(world.agentAsked[1]!.at - world.agentAsked[0]!.at).toBeGreaterThanOrEqual(6_000)
  const view = await world.shown()
  expect(view.totals.unknownCosts).toBe(0)
  expect(view.totals.costUsd).toBeCloseTo(world.provider.totals.usd, 6)
})

test('by the policy `ask` a person decides, here for the next model', async () => {
  const world = await prepared({ agent: ['scripted-a', 'scripted-b'], onRateLimit: 'ask' })
  world.limit('scripted-a', 86_400)
  const waiting = await world.adjutant('run', world.file)
  expect(waiting.code, waiting.stdout + waiting.stderr).toBe(3)
  expect(waiting.stdout).toContain('The rate limit of scripted-a is reached until')
  const id = idIn(waiting.stdout)
  expect((await world.adjutant('approve', id, '--choice', 'next_model')).code).toBe(0)
  const { code, stdout, stderr } = await world.adjutant('run', id)
  expect(code, stdout + stderr).toBe(0)
  expect(world.agentAsked.map(({ model }) => model)).toEqual(['scripted-a', 'scripted-b'])
})

test('by the policy `fail` the next model is asked at once', async () => {
  const world = await prepared({ agent: ['scripted-a', 'scripted-b'], onRateLimit: 'fail' })
  world.limit('scripted-a', 86_400)
  const { code, stdout, stderr } = await world.adjutant('run', world.file)
  expect(code, stdout + stderr).toBe(0)
  expect(world.agentAsked.map(({ model }) => model)).toEqual(['scripted-a', 'scripted-b'])
})
