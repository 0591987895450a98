import type { z } from 'zod'
import type { Problem } from '../problem.ts'
import { type ChainTerms, problemsOfChain } from './problems.ts'
import { Chain } from './schema.ts'

/** A chain that may become fact, or why it may not. */
export type Proposal = { chain: Chain; problems: [] } | { chain: null; problems: Problem[] }

const shapeProblem = (issue: z.core.$ZodIssue): Problem => {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
  const known = { executor: 'executor.unknown', type: 'verifier.unknown' }
  const place = path.at(-2) === 'executor' ? 'executor' : path.includes('verifiers') ? 'type' : undefined
  const unknown = path.at(-1) === 'kind' || path.at(-1) === 'type'
  return { code: place && unknown ? known[place] : 'chain.invalid', path, message: issue.message }
}

/** Parses and checks what a planner or a person proposes; nothing about it is believed. Paths start at the chain. */
export const proposalOf = (raw: unknown, terms: ChainTerms): Proposal => {
  const parsed = Chain.safeParse(raw)
  if (!parsed.success) return { chain: null, problems: parsed.error.issues.map(shapeProblem) }
  const problems = problemsOfChain(parsed.data, terms)
  return problems.length === 0 ? { chain: parsed.data, problems: [] } : { chain: null, problems }
}
