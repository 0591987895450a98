import { problemsOfChain } from './chain/problems.ts'
import { type DirectiveFile, plannerSourceOf } from './directive-file.ts'
import type { Problem } from './problem.ts'
import { didYouMean } from './suggestion.ts'

const repeatedIds = (code: string, field: string, items: readonly { id: string }[]): Problem[] =>
  items.flatMap(({ id }, index): Problem[] =>
    items.findIndex((item) => item.id === id) === index
      ? []
      : [{ code, path: [field, index, 'id'], message: `the id ${id} is given twice` }],
  )

const criterionProblems = ({ requirements, acceptanceCriteria }: DirectiveFile): Problem[] => {
  const known = requirements.map((requirement) => requirement.id)
  return acceptanceCriteria.flatMap((criterion, index) =>
    criterion.requirementIds.flatMap((id, place): Problem[] => {
      if (known.includes(id)) return []
      const path = ['acceptanceCriteria', index, 'requirementIds', place]
      const message = `there is no requirement "${id}"`
      return [{ code: 'criterion.unknown_requirement', path, message, ...didYouMean(id, known) }]
    }),
  )
}

const pullRequestProblems = ({ pullRequest, repository }: DirectiveFile): Problem[] =>
  pullRequest && !repository
    ? [{ code: 'pull_request.no_repository', path: ['pullRequest'], message: 'a pull request needs a repository' }]
    : []

const planProblems = (file: DirectiveFile): Problem[] => {
  const source = plannerSourceOf(file)
  if (file.chain) {
    const problems = problemsOfChain(file.chain, { ...file, source: 'file' })
    return problems.map((problem) => ({ ...problem, path: ['chain', ...problem.path] }))
  }
  if (source === 'file') {
    return [{ code: 'chain.missing', path: ['planner'], message: 'the planner source file needs a chain' }]
  }
  if (source === 'template' && !file.executor) {
    const message = 'the planner source template needs an executor for its steps'
    return [{ code: 'executor.missing', path: ['planner'], message, suggestion: 'add executor: { kind: command, … }' }]
  }
  return []
}

/** Every mistake a parsed directive file still has; paths start at the top of the file. Empty: it can be started. */
export const chainProblems = (file: DirectiveFile): Problem[] => [
  ...repeatedIds('requirement.id_taken', 'requirements', file.requirements),
  ...repeatedIds('criterion.id_taken', 'acceptanceCriteria', file.acceptanceCriteria),
  ...criterionProblems(file),
  ...pullRequestProblems(file),
  ...planProblems(file),
]
