import { describe, expect, it } from 'vitest'
import { judgeAnswerFormat, judgeRepair, readVerdicts } from '../../../machines/judge/answer.ts'

const criteria = [{ id: 'AC1' }, { id: 'AC2' }]
const citable: Record<string, [number, number][]> = {
  'src/a.js': [
    [1, 10],
    [40, 52],
  ],
  'src/gone.js': [],
}
const shown = { file: 'src/a.js', firstLine: 41, lastLine: 43 }
const met = (id: string, more: object = {}) => ({ id, verdict: 'met', why: 'There.', citations: [shown], ...more })
const read = (...given: unknown[]) => readVerdicts(JSON.stringify({ criteria: given }), criteria, citable)

describe('verdicts', () => {
  it('are believed when all they cite is in the diff', () => {
    const unmet = { id: 'AC2', verdict: 'unmet', why: 'Nothing tests it.', citations: [] }
    expect(read(met('AC1'), unmet)).toEqual({ verdicts: [met('AC1'), unmet], problems: [] })
  })

  it('come in the order of the criteria, one for each, and others are dropped', () => {
    const { verdicts, problems } = read(met('AC9'), met('AC2'), met('AC1'), met('AC1', { verdict: 'unmet' }))
    expect(verdicts).toEqual([met('AC1'), met('AC2')])
    expect(problems).toEqual([])
  })

  it('are unverifiable for a criterion that got none', () => {
    const { verdicts, problems } = read(met('AC1'))
    expect(verdicts?.[1]).toMatchObject({ id: 'AC2', verdict: 'unverifiable', citations: [] })
    expect(problems).toMatchObject([{ code: 'judgement.missing' }])
  })

  it.each([
    ['a file that is not in the diff', { file: 'src/b.js' }, 'citation.unknown_file'],
    ['what every object inherits', { file: 'constructor' }, 'citation.unknown_file'],
    ['lines between two hunks', { firstLine: 20, lastLine: 21 }, 'citation.unknown_lines'],
    ['lines that begin in one hunk and end in another', { firstLine: 9, lastLine: 41 }, 'citation.unknown_lines'],
    ['lines backwards', { firstLine: 9, lastLine: 3 }, 'citation.unknown_lines'],
    ['no line of a file that shows some', { firstLine: 0, lastLine: 0 }, 'citation.unknown_lines'],
    ['a line of a deleted file', { file: 'src/gone.js', firstLine: 1, lastLine: 1 }, 'citation.unknown_lines'],
  ])('that cite %s are unverifiable, and say why', (_, wrong, code) => {
    for (const verdict of ['met', 'unmet']) {
      const citations = [shown, { ...shown, ...wrong }]
      const { verdicts, problems } = read(met('AC1', { verdict, citations }), met('AC2'))
      expect(verdicts?.[0]).toMatchObject({ id: 'AC1', verdict: 'unverifiable' })
      expect(verdicts?.[0]?.why).toMatch(new RegExp(`"${verdict}" does not count: the diff does not show.* There\\.$`))
      expect(verdicts?.[1]?.verdict).toBe('met')
      expect(problems).toMatchObject([{ code, path: ['criteria', 0, 'citations', 1] }])
    }
  })

  it('that cite a file by a wrong path are told of the one with its name', () => {
    for (const file of ['a.js', 'lib/a.js']) {
      const { problems } = read(met('AC1', { citations: [{ ...shown, file }] }), met('AC2'))
      expect(problems).toMatchObject([{ suggestion: 'did you mean "src/a.js"?' }])
    }
  })

  it('may cite a deleted file as a whole', () => {
    expect(
      read(met('AC1', { citations: [{ file: 'src/gone.js', firstLine: 0, lastLine: 0 }] }), met('AC2')),
    ).toMatchObject({
      problems: [],
    })
  })

  it('of met without anything cited are unverifiable', () => {
    const { verdicts, problems } = read(met('AC1', { citations: [] }), met('AC2'))
    expect(verdicts?.[0]?.verdict).toBe('unverifiable')
    expect(problems).toMatchObject([{ code: 'citation.missing' }])
  })

  it.each([
    ['approved', 'answer.not_json'],
    ['{"approved": true}', 'judgement.invalid'],
    ['{"criteria": [{"id": "AC1", "verdict": "perfect", "why": "", "citations": []}]}', 'judgement.invalid'],
  ])('cannot be read from %s', (answer, code) => {
    const { verdicts, problems } = readVerdicts(answer, criteria, citable)
    expect(verdicts).toBeNull()
    expect(problems[0]?.code).toBe(code)
  })

  it('have reasons of five hundred characters at most', () => {
    const { verdicts } = read(
      met('AC1', { why: 'x'.repeat(5000) }),
      met('AC2', { why: 'x'.repeat(5000), citations: [] }),
    )
    expect(verdicts?.map(({ why }) => why.length)).toEqual([500, 500])
  })
})

it('the shape asked for names the criteria and requires every field', () => {
  const { schema } = judgeAnswerFormat(criteria)
  const item = (schema as any).properties.criteria.items
  expect(item.properties.id.enum).toEqual(['AC1', 'AC2'])
  expect(item.required).toEqual(['id', 'why', 'citations', 'verdict'])
})

it('a repair lists every problem with its place', () => {
  expect(judgeRepair([{ code: 'citation.unknown_file', path: ['criteria', 0], message: 'no x' }])).toContain('no x')
})
