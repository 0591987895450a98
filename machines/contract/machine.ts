import { actions, graceMs } from './actions.ts'
import { base } from './base.ts'
import { listOf } from '../models.ts'
import { type ContractContext, type ContractEvent, type ContractInput, executorOf } from './schema.ts'
import { thinking } from './thinking.ts'

type Scope = { context: ContractContext; event: ContractEvent }

const isDoneBy = ({ context: { terms } }: Scope, kind: string): boolean => terms.executor.kind === kind

const hasModel = ({ terms: { executor }, models }: ContractContext): boolean =>
  executor.kind === 'model' && (listOf(executor.models) ?? models.agent).length > 0

const contractSetup = base.extend({
  actions: { ...actions, ...thinking },
  guards: {
    hasConcluded: ({ context }: Scope) => context.concluded !== null,
    isDoneByModel: (scope: Scope) => isDoneBy(scope, 'model'),
    isDoneByModelWithoutModel: (scope: Scope) => isDoneBy(scope, 'model') && !hasModel(scope.context),
    isDoneByAgent: (scope: Scope) => isDoneBy(scope, 'agent'),
    hasAgentDelivered: ({ event }: Scope) => event.type === 'agent.ended' && event.outcome === 'delivered',
    hasDelivered: ({ event }: Scope) =>
      event.type === 'xstate.done.actor.contractor' && event.output.outcome === 'delivered',
  },
  delays: { attemptTimeout: ({ context }) => context.timeoutMs + graceMs },
})

const contextOf = (input: ContractInput): ContractContext => ({
  kind: 'contract',
  directiveId: input.directiveId,
  chainId: input.chainId,
  stepId: input.stepId,
  terms: input.terms,
  initialPhase: input.initialPhase,
  repository: input.repository,
  timeoutMs: input.timeoutMs,
  models: input.models,
  onRateLimit: input.onRateLimit,
  executedBy: executorOf(input.terms.id, input.terms.executor),
  attempt: 1,
  phase: input.initialPhase,
  instructions: null,
  freshBase: false,
  workspace: null,
  setup: null,
  session: null,
  concluded: null,
  budgetUsd: null,
  reserved: false,
  evidence: null,
  failure: null,
  progress: null,
  ledger: [],
  now: input.at,
})

/** The agreement under which one executor does one step, over all its attempts. */
export const contractMachine = contractSetup.createMachine({
  id: 'contract',
  description: 'One executor does one step. Rework hands the same contract back: same workspace, same session.',
  context: ({ input }) => contextOf(input),
  initial: 'queued',
  on: {
    'contract.cancel': '.cancelled',
    'budget.reserve': { actions: 'passOn' },
    'budget.settle': { actions: 'recordSettlement' },
    'notice.raised': { actions: 'passOn' },
    'person.*': { actions: 'passOn' },
  },
  states: {
    queued: {
      description: 'Waits for the step to start it',
      on: { 'contract.start': 'working' },
    },
    working: {
      tags: ['busy'],
      initial: 'preparing',
      on: { 'contract.interrupt': { target: 'queued', actions: 'beginAgain' } },
      states: {
        preparing: {
          meta: { activity: 'workspace' },
          entry: 'startWorkspace',
          exit: 'stopWorkspace',
          after: { attemptTimeout: { target: '#contract.failed', actions: 'recordFailure' } },
          on: {
            'xstate.done.actor.workspace': { target: 'choosing', actions: 'recordWorkspace' },
            'xstate.error.actor.workspace': { target: '#contract.failed', actions: 'recordFailure' },
          },
        },
        choosing: {
          always: [
            { guard: 'hasConcluded', target: 'executing' },
            { guard: 'isDoneByModelWithoutModel', target: '#contract.failed', actions: 'recordUnconfigured' },
            { guard: 'isDoneByModel', target: 'thinking' },
            { guard: 'isDoneByAgent', target: 'reserving' },
            { target: 'executing' },
          ],
        },
        thinking: {
          description: 'The built-in agent works; it keeps its limits itself, since waiting counts for none of them',
          entry: 'startAgent',
          exit: 'stopAgent',
          on: {
            'contract.progress': { actions: ['recordProgress', 'announceProgress'] },
            'contract.session': { actions: 'recordSession' },
            'agent.ended': [
              { guard: 'hasAgentDelivered', target: 'executing', actions: 'recordConclusion' },
              { target: '#contract.failed', actions: 'recordAgentFailure' },
            ],
            'xstate.error.actor.agent': { target: '#contract.failed', actions: 'recordAgentFailure' },
          },
        },
        reserving: {
          description: 'Waits until the directive grants what the attempt may cost',
          entry: 'requestBudget',
          on: { 'budget.granted': { target: 'executing', actions: 'recordBudget' } },
        },
        executing: {
          description: 'The executor works; for the built-in agent its work is closed: commit and evidence',
          meta: { activity: 'contractor' },
          entry: 'startContractor',
          exit: 'stopContractor',
          after: { attemptTimeout: { target: '#contract.failed', actions: 'recordFailure' } },
          on: {
            'contract.session': { actions: 'recordSession' },
            'contract.progress': { actions: ['recordProgress', 'announceProgress'] },
            'contract.phase': { actions: ['recordPhase', 'announceProgress'] },
            'contract.cost': { actions: 'recordCosts' },
            'xstate.done.actor.contractor': [
              { guard: 'hasDelivered', target: '#contract.delivered', actions: ['recordCosts', 'recordDelivery'] },
              { target: '#contract.failed', actions: ['recordCosts', 'recordFailure'] },
            ],
            'xstate.error.actor.contractor': { target: '#contract.failed', actions: 'recordFailure' },
          },
        },
      },
    },
    delivered: {
      entry: 'tellDelivered',
      on: {
        'contract.accept': 'accepted',
        'contract.rework': { target: 'queued', actions: ['beginRework', 'beginAgain'] },
      },
    },
    failed: {
      description: 'The attempt failed; the contract may be handed back',
      entry: 'tellFailed',
      on: { 'contract.rework': { target: 'queued', actions: ['beginRework', 'beginAgain'] } },
    },
    accepted: { type: 'final' },
    cancelled: { type: 'final' },
  },
})
