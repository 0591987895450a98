import type { AcceptanceCriterion, Requirement } from '../directive-file.ts'
import type { Problem } from '../problem.ts'
import { didYouMean } from '../suggestion.ts'
import { cyclePath } from './graph.ts'
import { type Chain, kebabCase, type PlannerSource, type Step } from './schema.ts'

/** What a chain is checked against. */
export type ChainTerms = {
  readonly requirements: readonly Requirement[]
  readonly acceptanceCriteria: readonly AcceptanceCriterion[]
  readonly source: PlannerSource
}

/** Most steps a chain may have: people write long files, planners ramble. */
export const maxSteps = (source: PlannerSource): number => (source === 'file' ? 5000 : 200)

type Place = (string | number)[]

const kebab = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')

const nameProblems = (steps: readonly Step[]): Problem[] => {
  const firstAt = new Map<string, number>()
  return steps.flatMap(({ name }, index): Problem[] => {
    const path = ['steps', index, 'name']
    const first = firstAt.get(name)
    if (first !== undefined) {
      return [{ code: 'step.name_taken', path, message: `"${name}" is already the name of step ${first + 1}` }]
    }
    firstAt.set(name, index)
    if (kebabCase.test(name)) return []
    const suggestion = kebab(name) ? { suggestion: `write "${kebab(name)}"` } : {}
    return [{ code: 'step.name_invalid', path, message: `"${name}" is not kebab-case`, ...suggestion }]
  })
}

const unknownNames = (code: string, what: string, at: Place, names: readonly string[], known: ReadonlySet<string>) =>
  names.flatMap((name, index): Problem[] =>
    known.has(name)
      ? []
      : [{ code, path: [...at, index], message: `there is no ${what} "${name}"`, ...didYouMean(name, known) }],
  )

const referenceProblems = (steps: readonly Step[], terms: ChainTerms): Problem[] => {
  const names = new Set(steps.map((step) => step.name))
  const requirements = new Set(terms.requirements.map((requirement) => requirement.id))
  const criteria = new Set(terms.acceptanceCriteria.map((criterion) => criterion.id))
  return steps.flatMap((step, index) => {
    const at = (field: string): Place => ['steps', index, field]
    return [
      ...unknownNames('step.unknown_dependency', 'step', at('dependsOn'), step.dependsOn, names),
      ...unknownNames(
        'step.unknown_requirement',
        'requirement',
        at('requirementIds'),
        step.requirementIds,
        requirements,
      ),
      ...unknownNames(
        'step.unknown_criterion',
        'acceptance criterion',
        at('acceptanceCriteriaIds'),
        step.acceptanceCriteriaIds,
        criteria,
      ),
    ]
  })
}

const contractProblems = (steps: readonly Step[]): Problem[] =>
  steps.flatMap(({ contract }, index): Problem[] => {
    const { initialPhase, phases } = contract
    if (initialPhase === undefined || phases.includes(initialPhase)) return []
    const path = ['steps', index, 'contract', 'initialPhase']
    const message = `"${initialPhase}" is none of the phases ${phases.join(', ')}`
    return [{ code: 'contract.unknown_phase', path, message, ...didYouMean(initialPhase, phases) }]
  })

const verifierProblems = (steps: readonly Step[]): Problem[] =>
  steps.flatMap(({ verifiers }, index): Problem[] => {
    if (verifiers === 'auto') return []
    const names = verifiers.map((verifier) => verifier.name)
    return names.flatMap((name, place): Problem[] => {
      if (names.indexOf(name) === place) return []
      const path = ['steps', index, 'verifiers', place, 'name']
      return [{ code: 'verifier.name_taken', path, message: `the step has two verifiers named "${name}"` }]
    })
  })

const cycleProblems = (steps: readonly Step[]): Problem[] => {
  const path = cyclePath(steps)
  if (path === null) return []
  const [first, second] = path as [string, string]
  const index = steps.findIndex((step) => step.name === first)
  const place = ['steps', index, 'dependsOn', steps[index]!.dependsOn.indexOf(second)]
  return [{ code: 'chain.cyclic', path: place, message: `the steps wait for each other: ${path.join(' -> ')}` }]
}

const coverageProblems = (steps: readonly Step[], requirements: readonly Requirement[]): Problem[] => {
  const covered = new Set(steps.flatMap((step) => step.requirementIds))
  return requirements
    .filter(({ id, priority }) => priority === 'must' && !covered.has(id))
    .map(({ id, text }) => ({
      code: 'requirement.uncovered',
      path: ['steps'],
      message: `no step covers the must requirement ${id} (${text})`,
      suggestion: `add ${id} to the requirementIds of a step`,
    }))
}

/** Everything that forbids this chain to become fact; paths start at the chain. Empty: it is sound. */
export const problemsOfChain = (chain: Chain, terms: ChainTerms): Problem[] => {
  const most = maxSteps(terms.source)
  if (chain.steps.length > most) {
    const message = `${chain.steps.length} steps; from the source ${terms.source} at most ${most} are allowed`
    return [{ code: 'chain.too_large', path: ['steps'], message }]
  }
  return [
    ...nameProblems(chain.steps),
    ...referenceProblems(chain.steps, terms),
    ...contractProblems(chain.steps),
    ...verifierProblems(chain.steps),
    ...cycleProblems(chain.steps),
    ...coverageProblems(chain.steps, terms.requirements),
  ]
}
