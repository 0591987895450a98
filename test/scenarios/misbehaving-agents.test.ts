import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { git, thinking } from '../support/thinking.ts'
import { processesOf } from '../sweep/leftovers.ts'

const result = (more: object = {}) =>
  `echo '${JSON.stringify({ type: 'result', subtype: 'success', is_error: false, session_id: 's', result: 'Done.', ...more })}'`

// What each does at its first attempt; handed back, it does its work.
const habits = {
  hangs: { first: 'sleep 4801', code: 'executor.idle', says: 'printed nothing' },
  babbles: {
    first: 'while :; do echo working on it; sleep 0.02; done',
    code: 'executor.idle',
    says: 'no progress for',
  },
  lies: {
    first: result({ is_error: true, result: 'API Error: 529' }),
    code: 'executor.errored',
    says: 'API Error: 529',
  },
  breeds: {
    first: `${result()}; setsid sleep 4802 & (sleep 4803 &)`,
    code: 'executor.left_running',
    says: 'sleep',
  },
}

const stepOf = ([name, { first }]: [string, { first: string }]) => ({
  name,
  type: 'implement',
  description: `${name} at first`,
  contract: {
    executor: {
      kind: 'agent',
      preset: 'custom',
      output: 'stream-json',
      idleSeconds: 2,
      argv: [
        '/bin/sh',
        '-c',
        `cat > ${name}-prompt.txt; if [ -e ${name}-tried ]; then echo done > ${name}.txt; ${result()}; else touch ${name}-tried; ${first}; fi`,
      ],
    },
  },
  verifiers: [],
})

test('agents that hang, babble, lie or leave daemons are ended, it is said of what, and they are handed their work back', async () => {
  const world = await thinking()
  const chain = { name: 'habits', steps: Object.entries(habits).map(stepOf) }
  const file = world.directive({ requirements: [], acceptanceCriteria: [], chain })
  const { code, stdout, stderr } = await world.adjutant('run', file)
  expect(code, stdout + stderr).toBe(0)
  const view = await world.shown()
  for (const [name, { code: problem, says }] of Object.entries(habits)) {
    expect(view.steps.find((step: any) => step.name === name)).toMatchObject({ state: 'passed', reworkCount: 1 })
    const told = git(world.repository, 'show', `${view.resultBranch}:${name}-prompt.txt`)
    expect(told, name).toContain(says)
    expect(git(world.repository, 'show', `${view.resultBranch}:${name}.txt`)).toBe('done')
    expect(stdout, name).toContain(problem)
  }
  // No agent here says what it cost.
  expect(view.totals).toMatchObject({ costUsd: 0, unknownCosts: 8 })
  await eventually(() => expect(processesOf(world.home)).toEqual([]))
}, 120_000)
