import { assertEvent } from 'xstate'
import type { AgentEnded, AgentInput } from '../agent/schema.ts'
import type { BudgetReserve } from '../budget.ts'
import { ContentRef } from '../conversation.ts'
import type { AgentExecutor, ModelExecutor } from '../executor.ts'
import { costOf } from '../cost.ts'
import { failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { listOf } from '../models.ts'
import { passOn, tellParent } from '../parent.ts'
import { announceCosts, base } from './base.ts'
import { addressOf, type ContractContext, type ContractNews } from './schema.ts'

const agentInput = (context: ContractContext): AgentInput => {
  const { terms, attempt, phase, instructions, session } = context
  const { models, maxTurns, maxTokens, maxOutputTokens } = terms.executor as ModelExecutor
  return {
    directiveId: context.directiveId,
    address: `${addressOf(context)}/agent`,
    place: { chainId: context.chainId, stepId: context.stepId },
    executedBy: context.executedBy,
    contract: { ...terms, attempt, phase, instructions },
    workspace: context.workspace!,
    session: session === null ? null : ContentRef.parse(JSON.parse(session)),
    models: listOf(models) ?? context.models.agent,
    limits: { maxTurns, maxTokens, maxOutputTokens },
    timeoutMs: context.timeoutMs,
    onRateLimit: context.onRateLimit,
    at: context.now,
  }
}

const failure = (code: string, reason: string) => ({ code, reason, outputTail: '', exitCode: null })

/** The contract's dealings with the built-in agent, and with the directive's budget. */
export const thinking = {
  startAgent: base.spawnChild('agent', { id: 'agent', input: ({ context }) => agentInput(context) }),
  stopAgent: base.stopChild('agent'),
  recordSession: base.assign(({ context, event }) => {
    assertEvent(event, 'contract.session')
    return { session: event.session, now: instantOf(event, context.now) }
  }),
  recordConclusion: base.assign(({ context, event }) => {
    const { summary, conversation } = event as Extract<AgentEnded, { outcome: 'delivered' }>
    return {
      concluded: { summary, conversation },
      session: JSON.stringify(conversation),
      now: instantOf(event, context.now),
    }
  }),
  recordAgentFailure: base.assign(({ context, event }) => {
    const { code, reason } =
      event.type === 'agent.ended' && event.outcome === 'failed'
        ? event.failure
        : failureFrom((event as { error?: unknown }).error, 'agent.failed')
    // What has grown too long for the model stays too long: the next attempt begins anew, on the work done so far.
    const session = code === 'model.context_exceeded' ? null : context.session
    return { failure: failure(code, reason), session, now: instantOf(event, context.now) }
  }),
  recordUnconfigured: base.assign({
    failure: failure('model.unconfigured', 'no model is configured for the executor `model`'),
  }),
  /** What an agent's own command line will cost nobody knows: its limit, or whatever is left, is set aside. */
  requestBudget: base.enqueueActions(({ context, enqueue, self }) => {
    const { maxCostUsd, model } = context.terms.executor as AgentExecutor
    const request: BudgetReserve = {
      type: 'budget.reserve',
      at: context.now,
      id: addressOf(context),
      usd: { upTo: maxCostUsd ?? null },
      model: model ?? null,
      step: context.terms.step,
      activity: 'contractor',
      attempt: context.attempt,
      asker: self,
    }
    tellParent({ enqueue, self }, request)
  }),
  recordBudget: base.assign(({ context, event }) => {
    assertEvent(event, 'budget.granted')
    return { budgetUsd: event.usd, reserved: true, now: instantOf(event, context.now) }
  }),
  /** A call of the model, by the agent below. */
  recordSettlement: base.enqueueActions(({ context, event, enqueue, self }) => {
    assertEvent(event, 'budget.settle')
    const at = instantOf(event, context.now)
    enqueue.assign({ ledger: [...context.ledger, ...event.entries], now: at })
    announceCosts(context, event.entries, enqueue)
    const settled = { id: event.id, open: false }
    const news: ContractNews = { type: 'contract.spent', at, costs: event.entries.map(costOf), settled }
    tellParent({ enqueue, self }, news)
  }),
  passOn: base.enqueueActions(passOn),
}
