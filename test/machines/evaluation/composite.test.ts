import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type CriterionVerdict,
  evaluate,
  evaluationOfFailure,
  failureOf,
  type Judgement,
  scoreOf,
  type VerifierResult,
} from '../../../machines/index.ts'

const result = (
  name: string,
  status: VerifierResult['status'],
  changes: Partial<VerifierResult> = {},
): VerifierResult => ({
  name,
  type: 'command',
  why: 'configured',
  command: `npm run ${name}`,
  exitCode: status === 'failed' ? 1 : 0,
  durationMs: 1,
  outputTail: '',
  weight: 1,
  required: true,
  status,
  score: status === 'passed' || status === 'flaky' ? 1 : 0,
  ...changes,
})

const criterion = (
  id: string,
  verdict: CriterionVerdict['verdict'],
  changes: Partial<CriterionVerdict> = {},
): CriterionVerdict => ({
  id,
  text: `text of ${id}`,
  verdict,
  why: 'seen',
  citations: [],
  by: 'judge',
  required: true,
  ...changes,
})
const judgement: Judgement = { verdicts: [], model: 'judge-1', failure: null }

const facts = {
  thresholds: { green: 0.8, yellow: 0.5 },
  criteria: [],
  judgement: null,
  tamperedFiles: [],
  before: null,
}
const level = (results: VerifierResult[], changes: object = {}) => evaluate({ ...facts, results, ...changes }).level
const optional = { required: false }

describe('the level', () => {
  test('is green at the green threshold, yellow at the yellow one, else red', () => {
    const mix = (passed: number, failed: number) => [
      result('a', 'passed', { weight: passed, ...optional }),
      result('b', 'failed', { weight: failed, ...optional }),
    ]
    expect(level(mix(4, 1))).toBe('green')
    expect(level(mix(79, 21))).toBe('yellow')
    expect(level(mix(1, 1))).toBe('yellow')
    expect(level(mix(49, 51))).toBe('red')
  })

  test('is red when a required verifier failed, whatever the score', () => {
    expect(level([result('a', 'passed', { weight: 99 }), result('b', 'failed')])).toBe('red')
  })

  test('is yellow at best when no verifier gave a result', () => {
    expect(evaluate({ ...facts, results: [] })).toMatchObject({ level: 'yellow', score: 0, caps: ['verifier.none'] })
    expect(level([result('a', 'unavailable')])).toBe('yellow')
  })

  test('is yellow at best when a required verifier is unavailable: it has not passed', () => {
    expect(level([result('a', 'unavailable'), result('lint', 'passed', optional)])).toBe('yellow')
    expect(level([result('a', 'unavailable', optional), result('lint', 'passed')])).toBe('green')
  })

  test('is yellow at best when a verifier is flaky or what verifiers rely on was touched', () => {
    expect(level([result('a', 'flaky')])).toBe('yellow')
    expect(level([result('a', 'passed')], { tamperedFiles: ['test/a.test.js'] })).toBe('yellow')
  })

  test('is never lifted by a cap', () => {
    expect(level([result('a', 'failed', optional)], { tamperedFiles: ['x'] })).toBe('red')
  })
})

describe('with a judge, the level', () => {
  const judged = (results: VerifierResult[], criteria: CriterionVerdict[], changes: Partial<Judgement> = {}) =>
    evaluate({ ...facts, results, criteria, judgement: { ...judgement, ...changes } })

  test('is green when commands passed and every criterion is met', () => {
    expect(judged([result('a', 'passed')], [criterion('AC1', 'met')])).toMatchObject({
      level: 'green',
      score: 1,
      judgeModel: 'judge-1',
      summary: 'green, score 1.00: 1 passed, 1 criterion met',
    })
  })

  test('is red when a criterion of a must requirement is unmet, whatever the score', () => {
    const many = [1, 2, 3, 4, 5, 6, 7].map((n) => criterion(`AC${n}`, 'met'))
    const found = judged([result('a', 'passed', { weight: 9 })], [...many, criterion('AC8', 'unmet')])
    expect(found).toMatchObject({ level: 'red', caps: ['criterion.unmet'] })
    expect(found.summary).toContain('1 criterion unmet (AC8)')
  })

  test('counts criteria of other requirements in the score alone', () => {
    const [met, unmet] = [criterion('AC1', 'met'), criterion('AC2', 'unmet', { required: false })]
    expect(judged([result('a', 'passed')], [met, unmet])).toMatchObject({ level: 'yellow', score: 0.75, caps: [] })
    expect(judged([result('a', 'passed', { weight: 3 })], [met, unmet])).toMatchObject({ level: 'green', score: 0.875 })
  })

  test('is yellow at best when the judge could not tell, or failed', () => {
    expect(judged([result('a', 'passed')], [criterion('AC1', 'unverifiable')])).toMatchObject({
      level: 'yellow',
      score: 1,
      caps: ['criterion.unverifiable'],
    })
    const failure = { code: 'model.unauthorized', reason: 'the key was refused' }
    const failed = judged([result('a', 'passed')], [criterion('AC1', 'unverifiable', { by: null })], { failure })
    expect(failed).toMatchObject({ level: 'yellow', caps: ['judge.failed'] })
    expect(failed.summary).toContain('the judge failed: model.unauthorized: the key was refused')
  })

  test('is never green by the judge alone', () => {
    expect(judged([], [criterion('AC1', 'met')])).toMatchObject({ level: 'yellow', score: 1, caps: ['verifier.none'] })
    expect(judged([], [criterion('AC1', 'unmet')]).level).toBe('red')
  })

  test('shows the executor where the judge looked', () => {
    const citations = [{ file: 'src/a.ts', firstLine: 3, lastLine: 4 }]
    const { reworkInstructions } = judged([result('a', 'passed')], [criterion('AC1', 'unmet', { citations })])
    expect(reworkInstructions).toBe('Acceptance criterion AC1 is unmet: text of AC1 (seen) See src/a.ts:3-4.')
  })

  test('is the same failure when the same criteria are unmet', () => {
    const before = judged([result('a', 'passed')], [criterion('AC1', 'unmet')])
    const again = evaluate({ ...facts, results: [], criteria: before.criteria, judgement, before })
    expect(again.reworkInstructions).toMatch(/^This is the same failure as last time/)
  })
})

const arbitrary = fc.array(
  fc.record({
    status: fc.constantFrom<VerifierResult['status']>('passed', 'failed', 'flaky', 'unavailable'),
    weight: fc.double({ min: 0.1, max: 10, noNaN: true }),
    required: fc.boolean(),
  }),
  { maxLength: 6 },
)
const order = ['red', 'yellow', 'green']

test('one more failure never makes anything better', () => {
  fc.assert(
    fc.property(arbitrary, fc.boolean(), (some, required) => {
      const results = some.map(({ status, ...rest }, index) => result(`v${index}`, status, rest))
      const before = evaluate({ ...facts, results })
      const after = evaluate({ ...facts, results: [...results, result('more', 'failed', { required })] })
      return order.indexOf(after.level) <= order.indexOf(before.level) && after.score <= before.score + 1e-9
    }),
  )
})

test('green means every required verifier has passed', () => {
  fc.assert(
    fc.property(arbitrary, (some) => {
      const results = some.map(({ status, ...rest }, index) => result(`v${index}`, status, rest))
      const { level: found, passed } = evaluate({ ...facts, results })
      const sound = results.some(({ status }) => status === 'passed')
      const all = results.every(({ required, status }) => !required || status === 'passed')
      return passed === (found === 'green') && (found !== 'green' || (sound && all))
    }),
  )
})

test('the score is the weighted mean of what gave a result', () => {
  const results = [
    result('a', 'passed', { weight: 3 }),
    result('b', 'failed'),
    result('c', 'unavailable', { weight: 50 }),
  ]
  expect(scoreOf(results)).toBe(0.75)
  expect(
    scoreOf([result('a', 'passed', { score: 0.1, weight: 0.7 }), result('b', 'passed', { weight: 0.1 })]),
  ).toBeCloseTo(0.2125)
})

describe('the instructions', () => {
  test('are empty when green', () => {
    expect(evaluate({ ...facts, results: [result('a', 'passed')] }).reworkInstructions).toBe('')
  })

  test('name command, exit code and output of what failed, flakes, criteria and touched files', () => {
    const { reworkInstructions, summary } = evaluate({
      ...facts,
      results: [
        result('unit', 'failed', { outputTail: 'not ok 1\n' }),
        result('lint', 'failed', { required: false, exitCode: null }),
        result('slow', 'flaky'),
      ],
      criteria: [
        criterion('AC1', 'unmet', { text: 'is fast', why: 'took 3 s', by: 'command' }),
        criterion('AC2', 'unverifiable', { by: null }),
      ],
      tamperedFiles: ['test/a.js'],
    })
    expect(reworkInstructions.split('\n\n')).toEqual([
      'The required verifier "unit" failed (exit code 1).\nCommand: npm run unit\nEnd of its output:\nnot ok 1',
      'The verifier "lint" failed (no exit code).\nCommand: npm run lint\nIt printed nothing.',
      'The verifier "slow" failed once and passed when run again: make it reliable.',
      'Acceptance criterion AC1 is unmet: is fast (took 3 s)',
      'Do not change what the verifiers rely on: test/a.js',
    ])
    expect(summary).toBe(
      'red, score 0.33: 2 failed (unit, lint), 1 flaky (slow), touches what verifiers rely on: test/a.js, 1 criterion unmet (AC1), 1 criterion not verifiable (AC2)',
    )
  })

  test('say that it is the same failure as last time', () => {
    const before = evaluate({ ...facts, results: [result('unit', 'failed')] })
    expect(failureOf(before)).toBe('unit:1')
    const again = evaluate({ ...facts, results: [result('unit', 'failed')], before })
    expect(again.reworkInstructions).toMatch(/^This is the same failure as last time/)
    const other = evaluate({ ...facts, results: [result('lint', 'failed')], before })
    expect(other.reworkInstructions).not.toContain('same failure')
    const flaky = evaluate({ ...facts, results: [result('unit', 'flaky')], before })
    expect(flaky.reworkInstructions).not.toContain('same failure')
  })
})

test('an executor that failed is a red evaluation with the error as its reason', () => {
  const failure = { code: 'executor.exited', reason: 'exit code 3', outputTail: 'boom' }
  const first = evaluationOfFailure(failure, null)
  expect(first).toMatchObject({ level: 'red', score: 0, summary: 'red: executor.exited: exit code 3' })
  expect(first.reworkInstructions).toBe(
    'The last attempt failed (executor.exited): exit code 3\n\nEnd of its output:\nboom',
  )
  const again = evaluationOfFailure({ ...failure, outputTail: ' ' }, first)
  expect(again.reworkInstructions).toBe(
    'This is the same failure as last time.\n\nThe last attempt failed (executor.exited): exit code 3',
  )
})

test('whatever the judge says, nothing becomes better than what commands found', () => {
  const verdicts = fc.array(fc.constantFrom<CriterionVerdict['verdict']>('met', 'unmet', 'unverifiable'), {
    maxLength: 4,
  })
  fc.assert(
    fc.property(arbitrary, verdicts, fc.boolean(), (some, said, required) => {
      const results = some.map(({ status, ...rest }, index) => result(`v${index}`, status, rest))
      const criteria = said.map((verdict, index) => criterion(`AC${index}`, verdict, { required }))
      const before = evaluate({ ...facts, results })
      const after = evaluate({ ...facts, results, criteria, judgement })
      return order.indexOf(after.level) <= order.indexOf(before.level)
    }),
  )
})
