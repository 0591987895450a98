import { assertEvent, setup } from 'xstate'
import type { BrieferInput, BrieferOutput } from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { proposalOf } from '../chain/proposal.ts'
import { type Answered, completionInput, cutOff, failureOfAsking, withReply } from '../completion/asking.ts'
import { completionMachine } from '../completion/machine.ts'
import { instantOf } from '../instant.ts'
import { passOn, tellParent } from '../parent.ts'
import { wordsOf } from '../problem.ts'
import { planRepair, readPlan } from './answer.ts'
import type { PlannerContext, PlannerEvent, PlannerNews, PlannerTerms } from './schema.ts'

export const base = setup({
  types: { context: {} as PlannerContext, events: {} as PlannerEvent, input: {} as PlannerTerms },
  actors: {
    briefer: activity<BrieferOutput, BrieferInput>('briefer'),
    completion: completionMachine,
  },
})

// A chain of two hundred steps has some 15,000 tokens. Ten minutes: models think before they write.
const call = { maxOutputTokens: 16_000, timeoutMs: 600_000 }

const fail = base.assign(({ context, event }) => ({
  failure: failureOfAsking(event),
  now: instantOf(event, context.now),
}))

export const actions = {
  startBriefer: base.spawnChild('briefer', { id: 'briefer', input: ({ context }) => context.terms.brief }),
  stopBriefer: base.stopChild('briefer'),
  recordBrief: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.briefer')
    return { brief: event.output, now: instantOf(event, context.now) }
  }),
  recordBriefingFailure: fail,
  startCompletion: base.spawnChild('completion', {
    id: 'completion',
    input: ({ context }) => completionInput(context, call),
  }),
  stopCompletion: base.stopChild('completion'),
  /** Nothing in it is believed: neither its form nor that what it names exists. */
  readAnswer: base.assign(({ context, event }) => {
    const { answer, at } = event as Answered
    const { brief, terms } = context
    const { chain: raw, rationale, problems } = readPlan(answer.text ?? '', brief!.menu!)
    const told = [...cutOff(answer), ...problems]
    // Of an answer without a plan there is no more to say than that.
    if (raw === null) return { answer, proposal: null, rationale, problems: told, now: at }
    const { chain, problems: unsound } = proposalOf(raw, { ...terms.brief, source: 'model' })
    return { answer, proposal: chain, rationale, problems: [...told, ...unsound], now: at }
  }),
  reply: base.assign(({ context }) => ({
    append: withReply(context, context.answer!, planRepair(context.problems)),
  })),
  recordFailure: fail,
  recordDefect: fail,
  recordUnsoundPlan: base.assign(({ context }) => ({
    failure: { code: 'plan.unsound', reason: `the plan is unsound: ${wordsOf(context.problems)}` },
  })),
  passOn: base.enqueueActions(passOn),
  tellProposed: base.enqueueActions(({ context, enqueue, self }) => {
    const { now: at, proposal, rationale, answer } = context
    const news: PlannerNews = {
      type: 'plan.proposed',
      at,
      chain: proposal!,
      rationale,
      planningModel: answer!.model,
    }
    tellParent({ enqueue, self }, news)
  }),
  tellFailed: base.enqueueActions(({ context, enqueue, self }) => {
    const news: PlannerNews = { type: 'plan.failed', at: context.now, failure: context.failure! }
    tellParent({ enqueue, self }, news)
  }),
}
