import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { thinking } from '../support/thinking.ts'

const clock = new URL('./fixtures/clock-set-back.mjs', import.meta.url).href

test('a clock set back an hour keeps nothing waiting for an hour, and no time runs backwards', async () => {
  const world = await thinking({ env: { NODE_OPTIONS: `--import ${clock}` } })
  const chain = {
    name: 'timed',
    steps: [
      {
        name: 'asked',
        type: 'implement',
        description: 'a person is asked about it, for five seconds',
        contract: { executor: { kind: 'noop' } },
        verifiers: [],
      },
    ],
  }
  const limits = { approvalTimeoutMinutes: 5 / 60, maxReworkCycles: 0, maxFailedSteps: 0, maxWallTimeMinutes: 1 }
  const file = world.directive({ autonomy: 'guardrails', requirements: [], acceptanceCriteria: [], limits, chain })
  const running = world.start('run', '--json', '--wait', file)
  onTestFinished(async () => {
    running.kill('SIGKILL')
    await running.ended
  })
  const events = () =>
    running
      .stdout()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  await eventually(() => expect(events()).toContainEqual(expect.objectContaining({ type: 'approval.required' })))
  process.kill(running.pid, 'SIGUSR2')

  const { code, stderr } = await running.ended
  expect(code, stderr).toBe(1)
  const all = events().filter(({ type }) => type !== undefined)
  expect(all).toContainEqual(expect.objectContaining({ type: 'approval.resolved' }))
  const times = all.map(({ at }) => Date.parse(at))
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  const { totals } = await world.shown()
  expect(totals.wallTimeMs).toBeGreaterThanOrEqual(0)
  expect(totals.wallTimeMs).toBeLessThan(60_000)
}, 180_000)
