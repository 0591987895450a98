import { z } from 'zod'
import type { Citable } from '../activities/index.ts'
import { isFields, jsonIn, notAnObject } from '../answer.ts'
import type { AcceptanceCriterion } from '../directive-file.ts'
import { Citation, JudgeVerdict } from '../evaluation/index.ts'
import type { Problem } from '../problem.ts'

const longestReason = 500

// What else a model says is passed over.
const GivenVerdict = z.object({
  ...JudgeVerdict.shape,
  why: z.string().transform((why) => why.slice(0, longestReason)),
  citations: z.array(z.object(Citation.shape)),
})

const JudgeAnswer = z.object({ criteria: z.array(GivenVerdict) })

const line = { type: 'integer' }

/** The shape of a judgement as a model is asked for it: every field is required, as the strict modes of providers want. */
export const judgeAnswerFormat = (criteria: readonly Pick<AcceptanceCriterion, 'id'>[]) => ({
  name: 'judgement',
  schema: object({
    criteria: {
      type: 'array',
      items: object({
        id: { type: 'string', enum: criteria.map(({ id }) => id) },
        why: { type: 'string', description: 'What in the diff or the evidence shows it. 1 to 3 sentences.' },
        citations: {
          type: 'array',
          items: object({ file: { type: 'string' }, firstLine: line, lastLine: line }),
        },
        verdict: { type: 'string', enum: JudgeVerdict.shape.verdict.options },
      }),
    },
  }),
})

function object(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

/** `verdicts` null: the answer has no such shape. Otherwise one for every criterion, usable although there are problems. */
export type JudgeReading = { verdicts: JudgeVerdict[] | null; problems: Problem[] }

/** Reads the verdicts out of a model's answer. One that cites what the diff does not show, or nothing, is not believed. */
export const readVerdicts = (
  answer: string,
  criteria: readonly Pick<AcceptanceCriterion, 'id'>[],
  citable: Citable,
): JudgeReading => {
  const found = jsonIn(answer)
  if (!isFields(found)) return { verdicts: null, problems: [notAnObject(answer)] }
  const parsed = JudgeAnswer.safeParse(found)
  if (!parsed.success) return { verdicts: null, problems: parsed.error.issues.map(shapeProblem) }
  const judged = criteria.map(({ id }) => judgement(id, parsed.data.criteria, citable))
  return { verdicts: judged.map(({ verdict }) => verdict), problems: judged.flatMap(({ problems }) => problems) }
}

const shapeProblem = ({ path, message }: z.core.$ZodIssue): Problem => ({
  code: 'judgement.invalid',
  path: path.map((part) => part as string | number),
  message,
})

type Judged = { verdict: JudgeVerdict; problems: Problem[] }

const judgement = (id: string, given: readonly JudgeVerdict[], citable: Citable): Judged => {
  const index = given.findIndex((verdict) => verdict.id === id)
  const verdict = given[index]
  if (verdict === undefined) {
    const message = `there is no verdict on the criterion ${id}`
    return doubted({ id, verdict: 'unverifiable', why: '', citations: [] }, [
      { code: 'judgement.missing', path: ['criteria'], message },
    ])
  }
  const wrong = verdict.citations.flatMap((citation, n) => citationProblems(citation, ['criteria', index, n], citable))
  if (wrong.length > 0) return doubted(verdict, wrong)
  if (verdict.verdict !== 'met' || verdict.citations.length > 0) return { verdict, problems: [] }
  const message = `${id} is said to be met, and nothing is cited that shows it`
  return doubted(verdict, [{ code: 'citation.missing', path: ['criteria', index, 'citations'], message }])
}

const doubted = (verdict: JudgeVerdict, problems: Problem[]): Judged => {
  const reason = `The judge's verdict "${verdict.verdict}" does not count: ${problems.map(({ message }) => message).join('; ')}.`
  const why = `${reason} ${verdict.why}`.trimEnd().slice(0, longestReason)
  return { verdict: { ...verdict, verdict: 'unverifiable', why }, problems }
}

const citationProblems = (
  { file, firstLine, lastLine }: Citation,
  [list, index, n]: [string, number, number],
  citable: Citable,
): Problem[] => {
  const path = [list, index, 'citations', n]
  const shown = Object.hasOwn(citable, file) ? citable[file]! : undefined
  if (shown === undefined) {
    const message = `the diff does not show the file ${file}`
    return [{ code: 'citation.unknown_file', path, message, ...sameName(file, citable) }]
  }
  if (shown.length === 0 && firstLine === 0 && lastLine === 0) return []
  if (firstLine <= lastLine && shown.some(([first, last]) => first <= firstLine && lastLine <= last)) return []
  const lines = shown.map(([first, last]) => `${first}-${last}`).join(', ') || 'none (cite 0-0)'
  const message = `the diff does not show lines ${firstLine}-${lastLine} of ${file}; it shows: ${lines}`
  return [{ code: 'citation.unknown_lines', path, message }]
}

// By the last part alone: paths may be long and many, and edit distances of all of them would hold up the turn.
const sameName = (file: string, citable: Citable): { suggestion?: string } => {
  const last = file.slice(file.lastIndexOf('/') + 1)
  const found = Object.keys(citable).find((path) => path === last || path.endsWith(`/${last}`))
  return found === undefined ? {} : { suggestion: `did you mean "${found}"?` }
}

/** What is said to a model whose judgement cannot be used. */
export const judgeRepair = (problems: readonly Problem[]): string =>
  `This judgement cannot be used. Answer with the whole corrected judgement, as one JSON object of the same shape, nothing else. \
Where nothing in the diff shows it, the verdict is "unverifiable".
Every problem, with its place in the answer:
${JSON.stringify(problems, null, 2)}`
