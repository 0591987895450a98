import { assertEvent } from 'xstate'
import type { PlannerInput } from '../activities/index.ts'
import { type Proposal, proposalOf } from '../chain/proposal.ts'
import type { PlannerSource } from '../chain/schema.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import type { PlannerTerms } from '../planner/schema.ts'
import { wordsOf } from '../problem.ts'
import { base } from './base.ts'
import { freshPlanning } from './drafting.ts'
import { chainActorId, type DirectiveContext, type DirectiveEvent } from './schema.ts'

const passedSteps = ({ steps }: DirectiveContext): PlannerInput['passedSteps'] =>
  Object.entries(steps)
    .filter(([, step]) => step.state === 'passed')
    .map(([name, { result }]) => ({ name, description: result?.description ?? '', summary: result?.summary ?? '' }))

const plannerInput = (context: DirectiveContext): PlannerInput => {
  const { file, planning } = context
  return {
    directiveId: context.id,
    source: context.source,
    title: file.title,
    goal: file.goal,
    requirements: file.requirements,
    acceptanceCriteria: file.acceptanceCriteria,
    chain: file.chain ?? null,
    executor: file.executor ?? null,
    generation: context.chainGeneration + 1,
    reason: planning.reason,
    passedSteps: passedSteps(context),
    failingStep: planning.failingStep,
    feedback: planning.feedback,
    problems: planning.problems,
  }
}

/** The same for a model, which is told more: what it may choose from and what it starts from. */
const plannerTerms = (context: DirectiveContext): PlannerTerms => {
  const { file, planning, models } = context
  return {
    address: 'planner',
    brief: {
      purpose: 'plan',
      directiveId: context.id,
      models: models.planner,
      title: file.title,
      goal: file.goal,
      requirements: file.requirements,
      acceptanceCriteria: file.acceptanceCriteria,
      limits: file.limits,
      repository: file.repository ?? null,
      executor: file.executor ?? null,
      agentModels: models.agent,
      generation: context.chainGeneration + 1,
      reason: planning.reason,
      passedSteps: passedSteps(context),
      failingStep: planning.failingStep,
      feedback: planning.feedback,
      proposal: planning.feedback.length > 0 ? planning.proposal : null,
      before: planning.before ?? file.chain ?? null,
    },
    onRateLimit: file.model?.onRateLimit ?? 'park',
    chainId: context.chainId,
    attempt: planning.attempts + 1,
    at: context.now,
  }
}

const propose = (context: DirectiveContext, raw: unknown, source: PlannerSource): Proposal =>
  proposalOf(raw, { ...context.file, source })

/** An unsound proposal keeps the sound one before it, for a person who is editing. */
const proposed = (context: DirectiveContext, raw: unknown, source: PlannerSource) => {
  const { chain, problems } = propose(context, raw, source)
  return { ...context.planning, proposal: chain ?? context.planning.proposal, problems, source }
}

const failingStep = ({ steps, review }: DirectiveContext): PlannerInput['failingStep'] => {
  const blocked = Object.entries(steps).find(([, step]) => step.state === 'blocked')
  if (blocked) return { name: blocked[0], summary: '', instructions: '', ...blocked[1].failure }
  const { evaluation } = review
  if (evaluation === null || evaluation.level === 'green') return null
  return { name: 'final review', summary: evaluation.summary, instructions: evaluation.reworkInstructions }
}

const reasonFor = (context: DirectiveContext, event: DirectiveEvent): string => {
  if (event.type === 'directive.replan') return event.reason
  if (event.type === 'directive.start') return 'planned anew by a person'
  if (event.type === 'approval.resolved' && event.answer.comment) return event.answer.comment
  const failing = failingStep(context)
  return failing === null ? 'a person asked for another plan' : `${failing.name}: ${failing.summary}`
}

/** From a goal to a proposal that may become fact. */
export const planning = {
  /** Whatever leads to another plan: its reason, the chain given for it, the step that failed. */
  beginReplanning: base.assign(({ context, event }) => {
    const answer = event.type === 'approval.resolved' ? event.answer : null
    const given = event.type === 'directive.replan' ? event.chain : answer?.chain
    return {
      now: instantOf(event, context.now),
      planning: {
        ...freshPlanning(context, reasonFor(context, event)),
        given: given ?? null,
        failingStep: failingStep(context),
      },
      review: { ...context.review, judging: false, judgement: null },
    }
  }),
  /** After a failure: the same plan again. */
  resumePlanning: base.assign(({ context, event }) => ({
    now: instantOf(event, context.now),
    planning: { ...context.planning, problems: [] },
  })),
  proposeGivenChain: base.assign(({ context }) => ({
    planning: proposed(context, context.planning.given ?? context.file.chain, 'file'),
  })),
  recallChain: base.sendTo(({ context }) => chainActorId(context.chainGeneration), { type: 'chain.recall' }),
  proposeRecalledChain: base.assign(({ context, event }) => {
    assertEvent(event, 'chain.recalled')
    return { planning: proposed(context, event.chain, 'file') }
  }),
  rememberChain: base.assign(({ context, event }) => {
    assertEvent(event, 'chain.recalled')
    return { planning: { ...context.planning, before: event.chain } }
  }),
  startPlanner: base.spawnChild('planner', { id: 'planner', input: ({ context }) => plannerInput(context) }),
  /** Once: after a pause it is still at it. */
  startThinking: base.enqueueActions(({ context, enqueue }) => {
    if (context.planning.thinking) return
    enqueue.spawnChild('modelPlanner', { id: 'planner', input: plannerTerms(context) })
    enqueue.assign({ planning: { ...context.planning, thinking: true } })
  }),
  stopPlanner: base.stopChild('planner'),
  recordProposal: base.assign(({ context, event }) => {
    assertEvent(event, ['xstate.done.actor.planner', 'plan.proposed'])
    const proposal = event.type === 'plan.proposed' ? { ...event, source: 'model' as const } : event.output
    const { chain, source, rationale, planningModel } = proposal
    return {
      planning: {
        ...proposed(context, chain, source),
        attempts: context.planning.attempts + 1,
        thinking: false,
        rationale: rationale ?? null,
        planningModel: planningModel ?? null,
      },
      now: instantOf(event, context.now),
    }
  }),
  proposeEditedChain: base.assign(({ context, event }) => {
    assertEvent(event, 'approval.resolved')
    return {
      planning: { ...proposed(context, event.answer.chain, 'file'), approved: true },
      answer: event.answer,
      now: instantOf(event, context.now),
    }
  }),
  recordFeedback: base.assign(({ context, event }) => {
    assertEvent(event, 'approval.resolved')
    const { planning, source } = context
    const feedback = [...planning.feedback, event.answer.comment!]
    // A model makes another plan of a given one; whoever cannot proposes it again.
    const given = source === 'model' ? null : planning.given
    return { planning: { ...planning, given, feedback }, now: instantOf(event, context.now) }
  }),
  recordPlanningFailure: base.assign(({ context, event }) => {
    assertEvent(event, ['xstate.error.actor.planner', 'plan.failed'])
    const { code, reason } = event.type === 'plan.failed' ? event.failure : failureFrom(event.error, 'planner.failed')
    return {
      attention: { code: 'planning.failed', reason: `${code}: ${reason}` },
      planning: { ...context.planning, attempts: context.planning.attempts + 1, thinking: false },
      now: instantOf(event, context.now),
    }
  }),
  recordNobodyToPlan: base.assign({
    attention: {
      code: 'planning.failed',
      reason: 'planner.unavailable: no model is configured that could plan: configure one, or give a chain',
    },
  }),
  recordUnsoundPlan: base.assign(({ context }) => ({
    attention: { code: 'planning.failed', reason: `the plan is unsound: ${wordsOf(context.planning.problems)}` },
  })),
  recordEndlessPlanning: base.assign(({ context, event }) => ({
    attention: { code: 'planning.failed', reason: 'the plan was sent back too often' },
    now: instantOf(event, context.now),
  })),
}
