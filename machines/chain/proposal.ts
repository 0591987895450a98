import type { z } from 'zod'
import type { Problem } from '../problem.ts'
import { type ChainTerms, problemsOfChain } from './problems.ts'
import { Chain } from './schema.ts'

/** A chain that may become fact, or why it may not. */
export type Proposal = { chain: Chain; problems: [] } | { chain: null; problems: Problem[] }

type Issue = z.core.$ZodIssue

const depth = (issues: readonly Issue[]) => Math.max(...issues.map(({ path }) => path.length))

/** Of a union the issues of the member that was meant: the one whose trouble lies deepest. */
const flat = (issue: Issue, above: PropertyKey[] = []): Issue[] => {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }]
  const meant = issue.errors.reduce((best, each) => (depth(each) > depth(best) ? each : best))
  return meant.flatMap((inner) => flat(inner, path))
}

const shapeProblem = ({ path, message }: Issue): Problem => {
  const place = path.map((part) => part as string | number)
  const [above, last] = place.slice(-2)
  const code =
    above === 'executor' && last === 'kind'
      ? 'executor.unknown'
      : place.includes('verifiers') && last === 'type'
        ? 'verifier.unknown'
        : 'chain.invalid'
  return { code, path: place, message }
}

/** Parses and checks what a planner or a person proposes; nothing about it is believed. Paths start at the chain. */
export const proposalOf = (raw: unknown, terms: ChainTerms): Proposal => {
  const parsed = Chain.safeParse(raw)
  if (!parsed.success)
    return { chain: null, problems: parsed.error.issues.flatMap((issue) => flat(issue)).map(shapeProblem) }
  const problems = problemsOfChain(parsed.data, terms)
  return problems.length === 0 ? { chain: parsed.data, problems: [] } : { chain: null, problems }
}
