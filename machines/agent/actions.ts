import { assertEvent, setup } from 'xstate'
import type { BrieferInput, BrieferOutput, ContractReport, ToolsInput, ToolsOutput } from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { failureOfAsking } from '../completion/asking.ts'
import { completionMachine } from '../completion/machine.ts'
import type { CompletionEnded, CompletionInput } from '../completion/schema.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import { type Failure, failureFrom } from '../failure.ts'
import { instantOf } from '../instant.ts'
import { passOn, tellParent } from '../parent.ts'
import type { AgentContext, AgentEnded, AgentEvent, AgentInput } from './schema.ts'

export const base = setup({
  types: {
    context: {} as AgentContext,
    events: {} as AgentEvent,
    input: {} as AgentInput,
    emitted: {} as EmittedEvent,
  },
  actors: {
    briefer: activity<BrieferOutput, BrieferInput>('briefer'),
    completion: completionMachine,
    tools: activity<ToolsOutput, ToolsInput>('tools'),
  },
})

// One that reads a large repository changes nothing for some turns; one that goes in circles does so for ever.
export const mostIdleTurns = 12

// A provider that thinks for longer has lost the connection, mostly. One that is cut off after seconds is paid for nothing.
const longestCallMs = 10 * 60_000
const shortestCallMs = 60_000

const leftMs = ({ timeoutMs, workedMs }: Pick<AgentContext, 'timeoutMs' | 'workedMs'>): number =>
  Math.max(1, timeoutMs - workedMs)

const completionInput = (context: AgentContext): CompletionInput => ({
  directiveId: context.directiveId,
  address: `${context.address}/completion`,
  purpose: 'agent',
  ledger: { step: context.contract.step, attempt: context.contract.attempt },
  place: context.place,
  executors: [context.executedBy],
  models: context.models,
  prices: context.brief!.prices,
  conversation: context.conversation!,
  append: context.append,
  // Three and a half bytes are about one token.
  tokens: context.conversationTokens + Math.ceil(JSON.stringify(context.append).length / 3.5),
  maxOutputTokens: context.limits.maxOutputTokens,
  timeoutMs: Math.min(longestCallMs, Math.max(shortestCallMs, leftMs(context))),
  onRateLimit: context.onRateLimit,
  at: context.now,
})

const useDeliver =
  'You called no tool. If the work is finished, call `deliver` with a summary of it; if it is not, go on with the tools.'
const cutOff = 'Your answer was cut off: it was too long. Go on in smaller pieces.'

/** An answer without tools is asked about once; the second one in a row counts as the end. */
const reply = ({ answer, silentTurns }: Pick<AgentContext, 'answer' | 'silentTurns'>): AgentContext['append'] => {
  if (answer!.finish === 'length') return [{ role: 'user', content: cutOff }]
  return silentTurns > 0 ? [{ role: 'user', content: useDeliver }] : []
}

const exhausted = ({ turns, tokens, limits }: AgentContext): Failure => {
  const calls = `after ${turns} calls of the model and ${tokens} tokens`
  const reason = `the agent had not delivered ${calls}, of ${limits.maxTurns} and ${limits.maxTokens} allowed`
  return { code: 'executor.exhausted', reason }
}

const fail = (failure: (context: AgentContext, event: AgentEvent) => Failure) =>
  base.assign(({ context, event }) => ({ failure: failure(context, event), now: instantOf(event, context.now) }))

export const actions = {
  startBriefer: base.spawnChild('briefer', {
    id: 'briefer',
    input: ({ context: { directiveId, models, contract, workspace, session } }): BrieferInput => ({
      directiveId,
      models,
      purpose: 'agent',
      contract,
      workspace,
      session,
    }),
  }),
  stopBriefer: base.stopChild('briefer'),
  recordBrief: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.briefer')
    const { conversation, tokens } = event.output
    return { brief: event.output, conversation, conversationTokens: tokens, now: instantOf(event, context.now) }
  }),
  startCompletion: base.spawnChild('completion', {
    id: 'completion',
    input: ({ context }) => completionInput(context),
  }),
  stopCompletion: base.stopChild('completion'),
  recordAnswer: base.assign(({ context, event }) => {
    const { answer, costs, workedMs } = event as Extract<CompletionEnded, { outcome: 'answered' }>
    const paid = costs.reduce((sum, { tokens }) => sum + tokens.in + tokens.out, 0)
    return {
      answer,
      turns: context.turns + 1,
      tokens: context.tokens + paid,
      workedMs: context.workedMs + workedMs,
      silentTurns: answer.toolCalls.length > 0 || answer.finish === 'length' ? 0 : context.silentTurns + 1,
      now: instantOf(event, context.now),
    }
  }),
  startTools: base.spawnChild('tools', {
    id: 'tools',
    input: ({ context }): ToolsInput => ({
      directiveId: context.directiveId,
      contract: context.contract,
      workspace: context.workspace,
      conversation: context.conversation!,
      append: context.append,
      answer: context.answer!,
      timeoutMs: leftMs(context),
    }),
  }),
  stopTools: base.stopChild('tools'),
  recordTurn: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.tools')
    const { conversation, tokens, advanced, delivered, durationMs } = event.output
    return {
      conversation,
      conversationTokens: tokens,
      append: reply(context),
      summary: delivered ?? (context.silentTurns > 1 ? (context.answer!.text ?? '') : null),
      workedMs: context.workedMs + durationMs,
      idleTurns: advanced ? 0 : context.idleTurns + 1,
      now: instantOf(event, context.now),
    }
  }),
  /** What was said is kept by the contract: neither a rework nor an interruption begins anew. */
  tellTurn: base.enqueueActions(({ context, event, enqueue, self }) => {
    assertEvent(event, 'xstate.done.actor.tools')
    const { now: at, conversation, turns } = context
    const tell = (report: ContractReport) => tellParent({ enqueue, self }, report)
    tell({ type: 'contract.session', at, session: JSON.stringify(conversation) })
    tell({ type: 'contract.progress', at, message: `turn ${turns}: ${event.output.progress}`.slice(0, 500) })
  }),
  recordUnbriefed: fail((_, event) => failureFrom((event as { error?: unknown }).error, 'briefer.failed')),
  recordUnanswered: fail((_, event) => failureOfAsking(event)),
  recordToolsFailure: fail((_, event) => failureFrom((event as { error?: unknown }).error, 'tools.failed')),
  recordTimeout: fail(({ timeoutMs, workedMs }) => ({
    code: 'executor.timed_out',
    reason: `nothing was delivered within ${Math.round(timeoutMs / 60_000)} minutes of work (${Math.round(workedMs / 1000)} s)`,
  })),
  recordExhaustion: fail(exhausted),
  recordIdling: fail(({ idleTurns }) => ({
    code: 'executor.idle',
    reason: `the agent changed nothing for ${idleTurns} turns`,
  })),
  tellDelivered: base.enqueueActions(({ context, enqueue, self }) => {
    const { now: at, summary, conversation } = context
    const ended: AgentEnded = {
      type: 'agent.ended',
      outcome: 'delivered',
      at,
      summary: summary!,
      conversation: conversation!,
    }
    tellParent({ enqueue, self }, ended)
  }),
  tellFailed: base.enqueueActions(({ context, enqueue, self }) => {
    const ended: AgentEnded = { type: 'agent.ended', outcome: 'failed', at: context.now, failure: context.failure! }
    tellParent({ enqueue, self }, ended)
  }),
  passOn: base.enqueueActions(passOn),
}
