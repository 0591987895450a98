import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chainOf, failing, isThere, passing, shell, useStage } from './stage.ts'

const stage = useStage()

/** The evaluation of a step with these verifiers, and where it led. */
async function evaluated(verifiers: unknown, more: object = {}, step: object = {}) {
  const chain = chainOf({ name: 'one', verifiers, ...step })
  const play = await stage.play({ chain, limits: { maxReworkCycles: 0 }, ...more })
  await play.start()
  const { value, context } = await play.untilStep('one', /^(blocked|passed|evaluating.awaitingApproval)$/)
  return { play, evaluation: context.evaluation, state: value }
}

const optional = { ...failing, name: 'lints', required: false }

describe('without a repository', () => {
  test('the score is the weighted mean, and its level that of the thresholds', async () => {
    const verifiers = [
      { ...passing, weight: 3 },
      { ...optional, weight: 1 },
    ]
    const yellow = await evaluated(verifiers)
    expect(yellow.evaluation).toMatchObject({
      kind: 'composite',
      score: 0.75,
      level: 'yellow',
      passed: false,
      caps: [],
    })
    const green = await evaluated(verifiers, { thresholds: { green: 0.7, yellow: 0.5 } })
    expect(green.evaluation).toMatchObject({ score: 0.75, level: 'green', passed: true })
    const red = await evaluated(verifiers, { thresholds: { green: 0.9, yellow: 0.8 } })
    expect(red).toMatchObject({ evaluation: { score: 0.75, level: 'red' }, state: 'blocked' })
  })

  test('a required verifier that fails makes it red whatever the score, and what it said is kept and handed back', async () => {
    const { evaluation, state } = await evaluated([{ ...passing, weight: 9 }, failing])
    expect(evaluation).toMatchObject({
      score: 0.9,
      level: 'red',
      caps: ['verifier.required_failed'],
      programmatic: [
        { name: 'passes', status: 'passed', score: 1, weight: 9, required: true, exitCode: 0 },
        {
          name: 'fails',
          type: 'command',
          why: 'configured',
          status: 'failed',
          score: 0,
          exitCode: 3,
          outputTail: 'expected 1\n',
        },
      ],
    })
    expect(evaluation.reworkInstructions).toBe(
      'The required verifier "fails" failed (exit code 3).\nCommand: echo expected 1; exit 3\nEnd of its output:\nexpected 1',
    )
    expect(state).toBe('blocked')
  })

  test('a tool that is not there is unavailable: reported, not passed, and nothing turns green', async () => {
    const { evaluation, state } = await evaluated([passing, { name: 'exotic', argv: ['no-such-tool-anywhere'] }])
    expect(evaluation).toMatchObject({ score: 1, level: 'yellow', caps: ['verifier.required_unavailable'] })
    expect(evaluation.programmatic[1]).toMatchObject({ status: 'unavailable', exitCode: null })
    expect(state).toEqual({ evaluating: 'awaitingApproval' })
  })

  test('no verifier with a result is yellow at best', async () => {
    const { evaluation } = await evaluated([], { thresholds: { green: 0, yellow: 0 } })
    expect(evaluation).toMatchObject({ level: 'yellow', caps: ['verifier.none'] })
  })

  test('a verifier that fails and then passes is flaky, which is recorded and caps the level at yellow', async () => {
    const flag = stage.path('flaky')
    const { evaluation } = await evaluated([{ name: 'flaky', shell: `[ -e ${flag} ] || { touch ${flag}; exit 1; }` }])
    expect(evaluation).toMatchObject({ score: 1, level: 'yellow', caps: ['verifier.flaky'] })
    expect(evaluation.programmatic[0]).toMatchObject({ status: 'flaky', score: 1 })
  })

  test('a test run that collected no tests has not passed', async () => {
    const { evaluation } = await evaluated([
      { name: 'unit', shell: "printf 'TAP version 13\\n1..0\\n# tests 0\\n# pass 0\\n'" },
    ])
    expect(evaluation.programmatic[0]).toMatchObject({ status: 'failed', exitCode: 0 })
    expect(evaluation.programmatic[0].outputTail).toContain('no test was run')
  })

  test('a verifier that hangs has failed', async () => {
    const { evaluation } = await evaluated([{ name: 'hangs', argv: ['sleep', '600'], timeoutSeconds: 0.3 }])
    expect(evaluation.programmatic[0]).toMatchObject({ status: 'failed', exitCode: null })
  })

  test('nothing is detected, and what is written stays in a folder of its own', async () => {
    const play = await stage.play({
      chain: chainOf({ name: 'one', contract: shell('echo x > made'), verifiers: 'auto' }),
    })
    await play.start()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    const { context } = await play.look('one-g1')
    expect(context.evaluation.caps).toEqual(['verifier.none'])
    expect(context.workspace).toMatchObject({ branch: null, baseCommit: null })
    expect(context.evidence).toMatchObject({ commit: null, modifiedFiles: ['made'] })
  })
})

describe('in a repository', () => {
  const project = (scripts: object, more: object = {}) => ({
    'package.json': JSON.stringify({ name: 'p', type: 'module', private: true, scripts }),
    'src/one.js': 'export const one = 1\n',
    'test/one.test.js': "import test from 'node:test'\ntest('one', () => {})\n",
    ...more,
  })

  test('verifiers are found and say why: tests weigh 1 and are required, lint weighs half and is not', async () => {
    const path = stage.repository(project({ test: 'node --test', lint: 'exit 1' }))
    const { evaluation } = await evaluated('auto', { repository: { path } }, { contract: shell('echo 2 > src/two.js') })
    expect(evaluation.programmatic).toMatchObject([
      { name: 'npm-test', status: 'passed', weight: 1, required: true, why: expect.stringContaining('package.json') },
      { name: 'npm-lint', status: 'failed', weight: 0.5, required: false },
    ])
    expect(evaluation).toMatchObject({ level: 'yellow', score: expect.closeTo(2 / 3) })
  })

  test('who touches what a verifier relies on gets yellow at best, unless it is a test step', async () => {
    const path = stage.repository(project({ test: 'node --test' }))
    const touch = { contract: shell('echo "// easier" >> test/one.test.js') }
    const { evaluation } = await evaluated('auto', { repository: { path } }, { ...touch, type: 'implement' })
    expect(evaluation).toMatchObject({
      score: 1,
      level: 'yellow',
      caps: ['evidence.tampered'],
      tamperedFiles: ['test/one.test.js'],
    })
    const tests = await evaluated('auto', { repository: { path } }, { ...touch, type: 'test' })
    expect(tests.evaluation).toMatchObject({ level: 'green', tamperedFiles: [] })
  })

  test('they run on the delivered commit in a clean checkout, with setup and copied files, and files come from git', async () => {
    const path = stage.repository({ 'a.txt': 'a\n', '.gitignore': '.env\nignored\n' })
    stage.write(path, { '.env': 'SECRET=1\n' })
    const repository = { path, setup: [['sh', '-c', 'cat .env > set-up']], copy: ['.env'] }
    const contract = shell('test -s set-up && test -s .env && echo b > b.txt && echo x > ignored')
    const verifier = {
      name: 'clean',
      shell: 'test -s set-up && test -s .env && test "$(git ls-files | wc -l)" -eq 3 && test ! -e ignored',
      rerun: false,
    }
    const { play, evaluation } = await evaluated([verifier], { repository }, { contract })
    expect(evaluation.level).toBe('green')
    expect((await play.look('one-g1')).context.evidence).toMatchObject({
      modifiedFiles: ['b.txt'],
      diffStat: { files: 1, insertions: 1 },
    })
  })

  test('a setup that fails makes them unavailable, with its output: neither red nor passed', async () => {
    const path = stage.repository()
    const repository = { path, setup: [['sh', '-c', 'echo no registry; exit 4']] }
    const { evaluation, state } = await evaluated([passing], { repository }, { contract: shell('echo b > b.txt') })
    expect(evaluation).toMatchObject({ level: 'yellow', programmatic: [{ status: 'unavailable' }] })
    expect(evaluation.programmatic[0].outputTail).toContain('no registry')
    expect(state).toEqual({ evaluating: 'awaitingApproval' })
  })

  test('the whole is reviewed by the commands of its criteria, on what was merged', async () => {
    const path = stage.repository()
    const criterion = (id: string, file: string) => ({ id, text: `${file} is there`, verify: ['test', '-e', file] })
    const play = await stage.play({
      repository: { path },
      acceptanceCriteria: [criterion('AC1', 'b.txt'), criterion('AC2', 'c.txt')],
      chain: chainOf({
        name: 'one',
        contract: shell('echo b > b.txt'),
        verifiers: [{ name: 'two-files', shell: 'test "$(ls | wc -l)" -eq 2' }],
      }),
    })
    await play.start()
    await play.until({ matches: { active: { work: 'awaitingCompletion' } } })
    const { request } = (await play.look('approval-1')).context
    expect(request.facts).toMatchObject({
      level: 'red',
      criteria: [
        { id: 'AC1', verdict: 'met', by: 'command' },
        { id: 'AC2', verdict: 'unmet', by: 'command' },
      ],
    })
    expect(request.choices).toEqual(['replan', 'accept', 'stop'])
    // What the step was verified by, and on the tree that holds its work: `b.txt` is not in the person's checkout.
    const { programmatic } = (await play.context()).review.evaluation!
    expect(programmatic.map(({ name, status }) => [name, status])).toEqual([
      ['two-files', 'passed'],
      ['criterion AC1', 'passed'],
      ['criterion AC2', 'failed'],
    ])
    expect(isThere(join(path, 'b.txt'))).toBe(false)
  })
})
