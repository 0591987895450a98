import type { DirectiveContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { wholeSystem } from './page.ts'
import { withoutPasswords } from './passwords.ts'
import { headOf, instant } from './state.ts'

/** The directive as it is, its present chain and the chain's steps. Other parts can be some entries ahead of `seq`. */
export async function readDirective(runtime: Runtime, id: string) {
  const snapshot = await runtime.snapshot(id)
  const [rows, chains, steps] = await Promise.all([
    runtime.list('directive', { systemId: id, limit: 1 }),
    runtime.list('chain', { systemId: id, limit: wholeSystem }),
    runtime.list('step', { systemId: id, limit: wholeSystem }),
  ])
  const { file, chainGeneration } = snapshot.context as DirectiveContext
  const present = ({ data }: { data: any }) => data.generation === chainGeneration
  return {
    ...summaryOf(rows[0]?.data),
    goal: file.goal,
    repository: withoutPasswords(file.repository ?? null),
    requirements: file.requirements,
    acceptanceCriteria: file.acceptanceCriteria,
    thresholds: file.thresholds,
    limits: file.limits,
    ...headOf(snapshot),
    chain: chains.find(present)?.data ?? null,
    steps: steps.filter(present).map(({ data }) => data),
  }
}

/** A directive's row as lists show it. */
export const summaryOf = ({ steps: stepCounts, ...data }: any) => ({
  ...data,
  stepCounts,
  createdAt: instant(data.createdAt),
  startedAt: instant(data.startedAt),
  finishedAt: instant(data.finishedAt),
})
