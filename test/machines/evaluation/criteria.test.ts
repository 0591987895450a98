import { expect, test } from 'vitest'
import {
  criterionName,
  hasRequiredFailure,
  type Judgement,
  undecided,
  verdictsOf,
  type VerifierResult,
} from '../../../machines/index.ts'
import { verified } from '../world.ts'

const criteria = [
  { id: 'AC1', text: 'is fast', requirementIds: [] },
  { id: 'AC2', text: 'is nice', requirementIds: ['R2'] },
  { id: 'AC3', text: 'is small', requirementIds: ['R2', 'elsewhere'] },
]
const requirements = [{ id: 'R2', text: 'nice', priority: 'should' as const }]
const ran = (id: string, status: VerifierResult['status'] = 'passed'): VerifierResult =>
  verified({ name: criterionName(id), type: 'command', argv: ['check', id], required: true } as never, status)
const about = { criteria, requirements }
const judgement = (changes: Partial<Judgement> = {}): Judgement => ({
  verdicts: [{ id: 'AC2', verdict: 'met', why: 'reads well', citations: [{ file: 'a', firstLine: 1, lastLine: 2 }] }],
  model: 'm',
  failure: null,
  ...changes,
})

test('a command decides its criterion; the judge is left with the others', () => {
  const results = [ran('AC1'), ran('AC3', 'failed')]
  expect(undecided({ criteria, results }).map(({ id }) => id)).toEqual(['AC2'])
  expect(verdictsOf({ ...about, results }, judgement())).toEqual([
    {
      id: 'AC1',
      text: 'is fast',
      verdict: 'met',
      why: 'check AC1 gave exit code 0',
      citations: [],
      by: 'command',
      required: true,
    },
    {
      id: 'AC2',
      text: 'is nice',
      verdict: 'met',
      why: 'reads well',
      citations: [{ file: 'a', firstLine: 1, lastLine: 2 }],
      by: 'judge',
      required: false,
    },
    {
      id: 'AC3',
      text: 'is small',
      verdict: 'unmet',
      why: 'check AC3 gave exit code 1',
      citations: [],
      by: 'command',
      required: true,
    },
  ])
})

test('a command that could not run leaves its criterion to the judge, and without one unverifiable', () => {
  const results = [{ ...ran('AC1', 'unavailable'), outputTail: 'no such program' }]
  expect(undecided({ criteria, results })).toHaveLength(3)
  const [first, second] = verdictsOf({ ...about, results }, null)
  expect(first).toMatchObject({ verdict: 'unverifiable', why: 'no such program', by: null })
  expect(second).toMatchObject({
    verdict: 'unverifiable',
    why: 'it names no command that verifies it, and no judge was asked',
  })
})

test('what the judge did not answer is unverifiable, with the reason', () => {
  const silent = verdictsOf({ ...about, results: [] }, judgement())
  expect(silent[0]).toMatchObject({ verdict: 'unverifiable', why: 'the judge said nothing about it', by: null })
  const failed = judgement({ verdicts: [], failure: { code: 'model.failed', reason: 'no answer' } })
  expect(verdictsOf({ ...about, results: [] }, failed)[1]).toMatchObject({ why: 'the judge failed: no answer' })
})

test('a failed verifier that is required leaves nothing to judge', () => {
  expect(hasRequiredFailure([ran('AC1', 'failed')])).toBe(true)
  expect(hasRequiredFailure([ran('AC1'), { ...ran('AC2', 'failed'), required: false }])).toBe(false)
})
