import type { AcceptanceCriterion, Requirement } from '../directive-file.ts'
import type { VerifierResult } from '../verifier.ts'
import type { CriterionVerdict, Judgement } from './schema.ts'

/** The name under which a criterion's own command runs among the verifiers. */
export const criterionName = (id: string) => `criterion ${id}`

type Facts = {
  readonly criteria: readonly AcceptanceCriterion[]
  readonly requirements: readonly Requirement[]
  readonly results: readonly VerifierResult[]
}

const resultFor = (id: string, results: readonly VerifierResult[]) =>
  results.find(({ name }) => name === criterionName(id))

/** Criteria no command has decided: what is left to a judge. */
export const undecided = ({ criteria, results }: Pick<Facts, 'criteria' | 'results'>): AcceptanceCriterion[] =>
  criteria.filter(({ id }) => (resultFor(id, results)?.status ?? 'unavailable') === 'unavailable')

/** Not worth a judge: whatever it says, the level stays red. */
export const hasRequiredFailure = (results: readonly VerifierResult[]): boolean =>
  results.some(({ required, status }) => required && status === 'failed')

const isRequired = ({ requirementIds }: AcceptanceCriterion, requirements: readonly Requirement[]): boolean =>
  requirementIds.length === 0 ||
  requirementIds.some((id) => (requirements.find((each) => each.id === id)?.priority ?? 'must') === 'must')

type Found = Pick<CriterionVerdict, 'verdict' | 'why' | 'citations' | 'by'>

const unverifiable = (why: string): Found => ({ verdict: 'unverifiable', why, citations: [], by: null })

const commanded = ({ status, command, exitCode, outputTail }: VerifierResult): Found =>
  status === 'unavailable'
    ? unverifiable(outputTail.slice(-500))
    : {
        verdict: status === 'failed' ? 'unmet' : 'met',
        why: `${command} gave exit code ${exitCode}`,
        citations: [],
        by: 'command',
      }

const judged = (id: string, { verdicts, failure }: Judgement): Found => {
  const { id: _, ...verdict } = verdicts.find((each) => each.id === id) ?? { id }
  if ('verdict' in verdict) return { ...verdict, by: 'judge' }
  return unverifiable(failure ? `the judge failed: ${failure.reason}` : 'the judge said nothing about it')
}

/** What is known of every criterion: its command decides, then the judge; null: no judge was asked. */
export const verdictsOf = ({ criteria, requirements, results }: Facts, judgement: Judgement | null) => {
  const left = new Set(undecided({ criteria, results }).map(({ id }) => id))
  return criteria.map((criterion): CriterionVerdict => {
    const { id, text } = criterion
    const result = resultFor(id, results)
    const found =
      judgement && left.has(id)
        ? judged(id, judgement)
        : result
          ? commanded(result)
          : unverifiable('it names no command that verifies it, and no judge was asked')
    return { id, text, ...found, required: isRequired(criterion, requirements) }
  })
}
