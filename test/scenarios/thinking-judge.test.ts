import { expect, test, vi } from 'vitest'
import { asked, call, deliver, judgement, plan, plannedStep, slugify, thinking } from '../support/thinking.ts'

vi.setConfig({ testTimeout: 180_000 })

const write = (content: string) => call('write', { path: 'src/slugify.js', content })
const idIn = (stdout: string) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!

/** A plan of one step, whose agent writes what makes the tests pass. */
async function prepared() {
  const world = await thinking({ env: { ADJUTANT_MODEL_JUDGE: 'judge' } })
  world.provider.on(asked.plan, plan(plannedStep('slugify')))
  world.provider.on(asked.agent, [write(slugify), deliver(), write(`// Words, joined.\n${slugify}`), deliver()])
  return world
}

test('what a judge finds unmet is sent back with its words, though every command passed', async () => {
  const world = await prepared()
  const unmet = judgement('AC1', 'unmet', ['src/slugify.js', 1, 1])
  unmet.text.criteria[0]!.why = 'Nobody can tell what it does.'
  world.provider.on(asked.judge, [
    unmet,
    judgement('AC1', 'met', ['src/slugify.js', 2, 2]),
    judgement('AC1', 'met', ['src/slugify.js', 2, 2]),
  ])
  const { code, stdout, stderr } = await world.adjutant('run', world.directive())
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/is red, score 0\.50: .*1 criterion unmet \(AC1\)/)
  const view = await world.shown()
  expect(view.steps).toMatchObject([{ name: 'slugify', state: 'passed', reworkCount: 1 }])
  const last = world.provider.requests.findLast(asked.agent)!
  expect(last.text).toContain('Nobody can tell what it does.')
  expect(last.text).toContain('src/slugify.js:1-1')
  expect(world.provider.requests.filter(asked.judge).map(({ model }) => model)).toEqual(['judge', 'judge', 'judge'])
  const shown = await world.adjutant('show', view.id)
  expect(shown.stdout).toContain('judged by judge')
  expect(shown.stdout).toContain('AC1 met (judged): As cited. [src/slugify.js:2-2]')
  expect(view.totals.costUsd).toBeCloseTo(world.provider.totals.usd, 9)
  expect(world.provider.unmatched).toEqual([])
})

test('what a judge cites has to be in the diff: told so twice, then it is a question to a person', async () => {
  const world = await prepared()
  world.provider.on(asked.judge, judgement('AC1', 'met', ['src/elsewhere.js', 1, 1]))
  const { code, stdout } = await world.adjutant('run', world.directive({ autonomy: 'guardrails' }))
  expect(code).toBe(3)
  const asking = world.provider.requests.filter(asked.judge)
  expect(asking).toHaveLength(3)
  expect(asking[1]!.text).toContain('the diff does not show the file src/elsewhere.js')
  const shown = await world.adjutant('show', idIn(stdout))
  expect(shown.stdout).toContain('1 criterion not verifiable (AC1)')
  expect(shown.stdout).toContain('AC1 unverifiable (judged): The judge\'s verdict "met" does not count')
})

test('a judge that cannot be asked makes nothing green, and a person is told why', async () => {
  const world = await prepared()
  world.provider.on(asked.judge, { status: 404, message: 'The model `judge` does not exist', code: 'model_not_found' })
  const { code, stdout } = await world.adjutant('run', world.directive({ autonomy: 'guardrails' }))
  expect(code).toBe(3)
  expect(stdout).toMatch(/yellow, score 1\.00: .*the judge failed: model\.\w+: .*judge/)
  const id = idIn(stdout)
  expect((await world.adjutant('approve', id)).code).toBe(0)
  const again = await world.adjutant('run', id)
  expect(again.code).toBe(3)
  expect(again.stdout).toMatch(/The final review is yellow, .*the judge failed/)
})
