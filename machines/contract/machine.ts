import { actions, base, graceMs } from './actions.ts'
import { type ContractContext, type ContractInput, executorOf } from './schema.ts'

const contractSetup = base.extend({
  actions,
  guards: {
    hasDelivered: ({ event }) => event.type === 'xstate.done.actor.contractor' && event.output.outcome === 'delivered',
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
  executedBy: executorOf(input.terms.id, input.terms.executor),
  attempt: 1,
  phase: input.initialPhase,
  instructions: null,
  freshBase: false,
  workspace: null,
  setup: null,
  session: null,
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
  on: { 'contract.cancel': '.cancelled' },
  states: {
    queued: {
      description: 'Waits for the step to start it',
      on: { 'contract.start': 'working' },
    },
    working: {
      tags: ['busy'],
      initial: 'preparing',
      after: { attemptTimeout: { target: 'failed', actions: 'recordFailure' } },
      on: { 'contract.interrupt': { target: 'queued', actions: 'beginAgain' } },
      states: {
        preparing: {
          meta: { activity: 'workspace' },
          entry: 'startWorkspace',
          exit: 'stopWorkspace',
          on: {
            'xstate.done.actor.workspace': { target: 'executing', actions: 'recordWorkspace' },
            'xstate.error.actor.workspace': { target: '#contract.failed', actions: 'recordFailure' },
          },
        },
        executing: {
          meta: { activity: 'contractor' },
          entry: 'startContractor',
          exit: 'stopContractor',
          on: {
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
