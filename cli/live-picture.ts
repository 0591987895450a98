import type { Runtime } from '../runtime/index.ts'
import type { DirectiveView, StepView } from './directive-view.ts'
import { allRows } from './identity.ts'
import { offerWords } from './offers.ts'
import type { Picture, StepLine } from './picture.ts'
import type { StepTimes } from './step-times.ts'
import { type Wait, waitsOf } from './waits.ts'

type StepFacts = { executor?: string; attempt?: number }
type ContractFacts = {
  stepId: string
  state: string
  phase: string
  lease?: { worker: string } | null
  progress: { message: string; percent?: number } | null
}
/** What lists tell beside the directive's own snapshot. */
export type Lists = { steps: Map<string, StepFacts>; contracts: Map<string, ContractFacts>; waits: Wait[] }

export async function listsOf(runtime: Runtime, systemId: string): Promise<Lists> {
  const [steps, contracts, waits] = await Promise.all([
    allRows(runtime, 'step', { systemId }),
    allRows(runtime, 'contract', { systemId }),
    waitsOf(runtime, systemId),
  ])
  return {
    steps: new Map(steps.map(({ address, data }) => [address, data as StepFacts])),
    contracts: new Map(contracts.map(({ data }) => [(data as ContractFacts).stepId, data as ContractFacts])),
    waits,
  }
}

/** What a person at a terminal wants to see of a directive now. */
export function pictureOf(view: DirectiveView, lists: Lists, times: StepTimes): Picture {
  const { context, state, steps } = view
  const done = new Set(
    steps.filter((step) => step.state === 'passed' || step.state === 'skipped').map(({ name }) => name),
  )
  return {
    title: context.file.title,
    state,
    budget: budgetOf(view),
    startedAt: context.startedAt ?? undefined,
    endedAt: context.finishedAt ?? undefined,
    steps: steps.map((step) => lineOf(step, view, lists, { done, times })),
    notes: notesOf(view, lists),
  }
}

type Known = { done: Set<string>; times: StepTimes }

function lineOf(step: StepView, view: DirectiveView, lists: Lists, { done, times }: Known): StepLine {
  const { id, name, state, waiting, depth, reworkCount, confidence } = step
  const moves = state === 'running' || state === 'evaluating' || state === 'rework'
  const offer = view.offers.find(({ stepId }) => stepId === id)
  const details = [
    ...(confidence ? [`${confidence.level} ${confidence.score.toFixed(2)}`] : []),
    ...(reworkCount > 0 ? [`rework ${reworkCount}`] : []),
    ...(state === 'running' ? workOf(lists.steps.get(id), lists.contracts.get(id)) : []),
    ...(offer ? [offerWords(offer)] : waiting ? ['waits for an answer'] : []),
    ...waitsOfStep(step, view, lists, done),
  ]
  const { since, took } = times.of(id)
  return {
    name,
    state,
    details,
    depth,
    waiting,
    ...(took === undefined ? { since: moves ? since : undefined } : { took }),
  }
}

/** Who is at it, and how far. */
function workOf({ executor, attempt }: StepFacts = {}, contract?: ContractFacts): string[] {
  const progress = contract?.progress
  const said = progress?.message || (contract && contract.phase !== 'executing' ? contract.phase : '')
  return [
    ...(executor ? [attempt && attempt > 1 ? `${executor}, attempt ${attempt}` : executor] : []),
    ...(contract?.lease ? [contract.lease.worker] : []),
    ...(said ? [said.split('\n')[0]!] : []),
    ...(progress?.percent === undefined ? [] : [`${Math.round(progress.percent)} %`]),
  ]
}

function waitsOfStep(
  { id, state, dependsOn, failure }: StepView,
  { context }: DirectiveView,
  { waits }: Lists,
  done: Set<string>,
): string[] {
  const limits = waits.filter(({ stepId }) => stepId === id)
  const money = context.budget.waiting.some((asked) => asked.id.startsWith(`${id}/`))
  const before = dependsOn.filter((name) => !done.has(name))
  return [
    ...(state === 'pending' && before.length > 0 ? [`after ${before.join(', ')}`] : []),
    ...(state === 'ready' ? ['waits for its turn'] : []),
    ...(state === 'blocked' && failure ? [failure.summary.split('\n')[0]!] : []),
    ...limits.map(limitWords),
    ...(money ? ['waits for money'] : []),
  ]
}

const limitWords = ({ model, until }: Wait): string =>
  `waits for the rate limit of ${model} until ${new Date(until).toTimeString().slice(0, 8)}`

function budgetOf({ context: { file, totals } }: DirectiveView): string[] {
  const { maxTotalCostUsd, maxWallTimeMinutes } = file.limits
  const spent = totals.costUsd > 0 || maxTotalCostUsd !== undefined
  const unknown = totals.unknownCosts > 0 ? ' and more' : ''
  return [
    ...(spent
      ? [`$${totals.costUsd.toFixed(2)}${unknown}${maxTotalCostUsd === undefined ? '' : ` of $${maxTotalCostUsd}`}`]
      : []),
    ...(maxWallTimeMinutes === undefined ? [] : [`at most ${maxWallTimeMinutes} min`]),
  ]
}

/** What the directive itself waits for, and what somebody should look at. */
function notesOf({ context, approvals, state }: DirectiveView, { waits }: Lists): string[] {
  const { attention, planning } = context
  return [
    ...(state === 'planning' && planning.thinking ? ['a model is planning'] : []),
    ...waits.filter(({ stepId }) => !stepId).map(limitWords),
    ...(attention ? [`${attention.code}: ${attention.reason.split('\n')[0]}`] : []),
    ...(approvals.length > 0
      ? [`${approvals.length === 1 ? 'one answer is' : `${approvals.length} answers are`} waited for`]
      : []),
  ]
}
