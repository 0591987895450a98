import { delimiter } from 'node:path'
import { expect, test, vi } from 'vitest'
import { installAgents } from '../agents/install.ts'
import { runAdjutant } from '../support/adjutant.ts'
import { eventually } from '../support/eventually.ts'
import {
  asked,
  call,
  deliver,
  failureOfTests,
  git,
  judgement,
  plan,
  plannedStep,
  slugify,
  thinking,
} from '../support/thinking.ts'
import { processesOf } from '../sweep/leftovers.ts'

vi.setConfig({ testTimeout: 180_000 })

// What a killed process had is taken over within a second.
const shortLease = { ADJUTANT_LEASE_MS: '1000' }

type World = Awaited<ReturnType<typeof thinking>>

const write = call('write', { path: 'src/slugify.js', content: slugify })

/** One step, judged by itself and as a whole: five questions. What was said before decides the answer, not its number. */
async function prepared(): Promise<World> {
  const world = await thinking({ env: shortLease })
  world.provider.on(asked.plan, plan(plannedStep('slugify')))
  world.provider.on(asked.agent, ({ said }) => (said.some(({ role }) => role === 'tool') ? deliver() : write))
  world.provider.on(asked.judge, judgement('AC1', 'met', ['src/slugify.js', 1, 1]))
  return world
}

const idIn = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!

async function expectCompleted(world: World, id: string, unanswered = 0) {
  const { code, stdout, stderr } = await world.adjutant('run', id)
  expect(code, stdout + stderr).toBe(0)
  const view = await world.shown()
  expect(view).toMatchObject({ state: 'completed', steps: [{ state: 'passed', reworkCount: 0 }] })
  expect(view.totals.unknownCosts).toBe(0)
  // A call that was lost counts as what was reserved for it, whatever the provider charged.
  if (unanswered > 0) expect(view.totals.costUsd).toBeGreaterThan(world.provider.totals.usd)
  else expect(view.totals.costUsd).toBeCloseTo(world.provider.totals.usd, 6)
  expect(failureOfTests(world.repository, view.resultBranch)).toBeNull()
  await eventually(() => expect(processesOf(world.home)).toEqual([]))
}

test.each([
  ['planning, paid and not yet stored', 'activity.ran.model:1'],
  ['planning, stored and not yet known', 'activity.stored:2'],
  ["the agent's run, paid and not yet stored", 'activity.ran.model:2'],
  ["the agent's run, what the model asked for done and not yet told", 'activity.ran.tools:1'],
  ['judging, paid and not yet stored', 'activity.ran.model:4'],
  ['the final review, stored and not yet known', 'activity.stored:19'],
])('killed during %s: goes on, and no answer is paid twice', async (_, place) => {
  const world = await prepared()
  const env = { ...world.env, ADJUTANT_CRASH_AT: place }
  const killed = await runAdjutant(['run', world.directive()], { cwd: world.folder, env })
  expect(killed.signal, killed.stdout + killed.stderr).toBe('SIGKILL')
  await expectCompleted(world, idIn(killed.stdout))
  expect(world.provider.totals).toMatchObject({ answers: 5, requests: 5 })
})

test.each([
  ['the planner', asked.plan],
  ['the agent', asked.agent],
  ['the judge', asked.judge],
])('killed while %s waits for an answer: it is asked again', async (_, whom) => {
  const world = await prepared()
  world.provider.on(whom, [{ hang: true }])
  const running = world.start('run', world.directive())
  await eventually(() => expect(world.provider.requests.some(whom)).toBe(true), 60_000)
  running.kill('SIGKILL')
  await expectCompleted(world, idIn((await running.ended).stdout), 1)
  expect(world.provider.totals).toMatchObject({ answers: 5, requests: 6 })
})

test("killed while an agent's own command line works: it is ended, and goes on with its session, not from the start", async () => {
  const programs = await installAgents()
  const world = await thinking({
    env: {
      ...shortLease,
      PATH: `${programs}${delimiter}${process.env.PATH}`,
      OPENAI_API_KEY: 'sk-scripted-0123456789',
    },
  })
  const { provider } = world
  Object.assign(world.env, { OPENAI_BASE_URL: provider.url })
  const usage = { in: 1000, out: 100 }
  const isNew = ({ said }: { said: { role: string }[] }) => said.at(-1)?.role !== 'tool'
  provider.on(() => true, [{ hang: true }])
  provider.on('interrupted', { text: 'It was made already.', usage })
  provider.on(isNew, [{ calls: [{ name: 'exec_command', arguments: { cmd: 'echo made > made.txt' } }], usage }])
  const executor = { kind: 'agent', preset: 'codex', model: 'scripted-codex' }
  const step = {
    name: 'make',
    type: 'implement',
    description: 'made.txt is there',
    contract: { executor },
    verifiers: [],
  }
  const file = world.directive({ requirements: [], acceptanceCriteria: [], chain: { name: 'one', steps: [step] } })
  const running = world.start('run', file)
  await eventually(() => expect(provider.requests.length, running.stdout()).toBe(2), 60_000)
  running.kill('SIGKILL')
  const { code, stdout, stderr } = await world.adjutant('run', idIn((await running.ended).stdout))
  expect(code, stdout + stderr).toBe(0)
  const view = await world.shown()
  expect(view).toMatchObject({ state: 'completed', steps: [{ state: 'passed', reworkCount: 0 }] })
  expect(git(world.repository, 'show', `${view.resultBranch}:made.txt`)).toBe('made')
  expect(provider.totals).toMatchObject({ requests: 3, answers: 2 })
  expect(view.totals.costUsd).toBeCloseTo(provider.totals.usd, 6)
  await eventually(() => expect(processesOf(world.home)).toEqual([]))
})
