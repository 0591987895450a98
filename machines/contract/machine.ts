import { actions, graceMs } from './actions.ts'
import { base } from './base.ts'
import { leasing, silenceAllowed } from './leasing.ts'
import { listOf } from '../models.ts'
import { type ContractContext, type ContractEvent, type ContractInput, executorOf } from './schema.ts'
import { thinking } from './thinking.ts'

type Scope = { context: ContractContext; event: ContractEvent }

const isDoneBy = ({ context: { terms } }: Scope, kind: string): boolean => terms.executor.kind === kind

const hasModel = ({ terms: { executor }, models }: ContractContext): boolean =>
  executor.kind === 'model' && (listOf(executor.models) ?? models.agent).length > 0

const contractSetup = base.extend({
  actions: { ...actions, ...thinking, ...leasing },
  guards: {
    isWithheld: ({ context }: Scope) => context.withheld,
    isWorkDone: ({ context }: Scope) => context.concluded !== null || context.handover !== null,
    isDoneByWorker: (scope: Scope) => isDoneBy(scope, 'external'),
    isDoneByPerson: (scope: Scope) => isDoneBy(scope, 'human'),
    hasLabels: ({ context: { terms }, event }: Scope) =>
      event.type === 'contract.claim' &&
      terms.executor.kind === 'external' &&
      terms.executor.labels.every((label) => event.labels.includes(label)),
    holdsLease: ({ context, event }: Scope) => 'fence' in event && event.fence === context.fence,
    isIdle: ({ context: { lease } }: Scope) => lease!.idleAt !== null && lease!.idleAt <= lease!.until,
    isDoneByModel: (scope: Scope) => isDoneBy(scope, 'model'),
    isDoneByModelWithoutModel: (scope: Scope) => isDoneBy(scope, 'model') && !hasModel(scope.context),
    isDoneByAgent: (scope: Scope) => isDoneBy(scope, 'agent'),
    hasAgentDelivered: ({ event }: Scope) => event.type === 'agent.ended' && event.outcome === 'delivered',
    hasDelivered: ({ event }: Scope) =>
      event.type === 'xstate.done.actor.contractor' && event.output.outcome === 'delivered',
  },
  delays: {
    attemptTimeout: ({ context }) => context.timeoutMs + graceMs,
    workTimeout: ({ context }) => context.timeoutMs,
    leaseLeft: ({ context }) => silenceAllowed(context),
  },
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
  withheld: false,
  fence: 0,
  lease: null,
  handover: null,
  evidence: null,
  failure: null,
  progress: null,
  ledger: [],
  counted: 0,
  now: input.at,
})

// Each sign of life enters `leased` anew, which winds its clock up; the clock of the attempt runs on.
const claimed = {
  description: 'A worker has it, under a lease with a number',
  after: { workTimeout: { target: '#contract.failed', actions: 'recordFailure' } },
  initial: 'leased',
  on: {
    'contract.deliver': { guard: 'holdsLease', target: 'executing', actions: ['recordCosts', 'recordHandover'] },
    'contract.fail': { guard: 'holdsLease', target: '#contract.failed', actions: ['recordCosts', 'recordGivenUp'] },
    'contract.release': { guard: 'holdsLease', target: 'offering', actions: ['recordCosts', 'recordRelease'] },
  },
  states: {
    leased: {
      after: {
        leaseLeft: [
          { guard: 'isIdle', target: '#contract.failed', actions: 'recordIdleness' },
          { target: '#contract.working.offering', actions: 'recordLapse' },
        ],
      },
      on: {
        'contract.heartbeat': {
          guard: 'holdsLease',
          target: 'leased',
          reenter: true,
          actions: ['recordHeartbeat', 'recordCosts'],
        },
      },
    },
  },
} as const

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
      on: { 'contract.start': { target: 'working', actions: 'unwithhold' } },
    },
    working: {
      tags: ['busy'],
      initial: 'preparing',
      on: {
        'contract.interrupt': { target: 'queued', actions: 'beginAgain' },
        'contract.withhold': { actions: 'withhold' },
        'contract.offer': { actions: 'unwithhold' },
      },
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
            { guard: 'isWorkDone', target: 'executing' },
            { guard: 'isDoneByModelWithoutModel', target: '#contract.failed', actions: 'recordUnconfigured' },
            { guard: 'isDoneByModel', target: 'thinking' },
            { guard: 'isDoneByAgent', target: 'reserving' },
            { guard: 'isDoneByWorker', target: 'offering' },
            { guard: 'isDoneByPerson', target: 'awaitingPerson' },
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
        offering: {
          entry: 'beginOffering',
          always: [{ guard: 'isWithheld', target: 'withheld' }, { target: 'offered' }],
        },
        withheld: {
          description: 'The directive is paused: nobody new begins',
          on: { 'contract.offer': { target: 'offered', actions: 'unwithhold' } },
        },
        offered: {
          description: 'Waits for a worker that has all the labels. The limit of an attempt does not count yet',
          entry: 'offer',
          on: {
            'contract.withhold': { target: 'withheld', actions: ['withhold', 'withdraw'] },
            'contract.claim': { guard: 'hasLabels', target: 'claimed', actions: 'recordClaim' },
          },
        },
        claimed,
        awaitingPerson: {
          description: 'A person works in the workspace, for as long as it takes',
          tags: ['waiting'],
          entry: ['announcePersonsWork', 'awaitPerson'],
          exit: 'endAwaiting',
          on: {
            'contract.deliver': { target: 'executing', actions: ['recordCosts', 'recordHandover'] },
            'contract.fail': { target: '#contract.failed', actions: ['recordCosts', 'recordGivenUp'] },
          },
        },
        executing: {
          description: 'The executor works; what others have worked on is taken over: commit and evidence',
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
