import { active } from './active.ts'
import { adopting } from './adopting.ts'
import { approving } from './approving.ts'
import { base } from './base.ts'
import { dispatching } from './dispatching.ts'
import { contextOf, drafting } from './drafting.ts'
import { guards } from './guards.ts'
import { notifying } from './notifying.ts'
import { planning } from './planning.ts'
import { publishing } from './publishing.ts'
import { reserving } from './reserving.ts'
import { reviewing } from './reviewing.ts'
import { spending, wallTimeLeft } from './spending.ts'
import { status } from './status.ts'
import { stopping } from './stopping.ts'

const directiveSetup = base.extend({
  actions: {
    ...drafting,
    ...planning,
    ...adopting,
    ...dispatching,
    ...spending,
    ...reserving,
    ...reviewing,
    ...approving,
    ...notifying,
    ...publishing,
    ...status,
    ...stopping,
  },
  guards,
  delays: { wallTimeLeft: ({ context }) => wallTimeLeft(context) },
})

/** A goal, from its draft to its result: planned into a chain, whose steps run as actors of their own. */
export const directiveMachine = directiveSetup.createMachine({
  id: 'directive',
  description: 'A goal: planned into a chain of steps, which run, are reviewed as a whole, and stay within limits.',
  context: ({ input }) => contextOf(input),
  initial: 'draft',
  on: {
    'directive.stop': { target: '.failed', actions: 'concludeStopped' },
    'step.changed': { actions: ['recordStep', 'releaseStep', 'answerReservations'] },
    'step.spent': { actions: ['addCosts', 'endReservation', 'answerReservations'] },
    'budget.reserve': { actions: ['recordReservation', 'answerReservations'] },
    'budget.settle': { actions: ['recordSettlement', 'answerReservations'] },
    'judge.concluded': { actions: ['stopJudge', 'recordJudgement'] },
    'xstate.error.actor.judge': { actions: ['stopJudge', 'releaseThinkers', 'forgetQuestion', 'recordJudgement'] },
    'notice.raised': { actions: 'carryNotice' },
    'person.awaited': { actions: 'noteQuestion' },
    'person.answered': { actions: 'forgetQuestion' },
    'merge.request': { actions: 'grantMerge' },
    'merge.release': { actions: 'passMergeOn' },
    'xstate.error.actor.*': {
      guard: 'isStepDefect',
      actions: ['recordDefect', 'releaseDefect', 'passMergeOn', 'answerReservations'],
    },
  },
  states: {
    draft: {
      on: {
        'directive.update': { actions: 'updateFile' },
        'directive.start': { target: 'planning', actions: 'recordStart' },
      },
    },
    planning: {
      entry: 'announcePlanning',
      initial: 'choosing',
      states: {
        choosing: {
          always: [
            { guard: 'hasGivenChain', target: 'checking', actions: 'proposeGivenChain' },
            { guard: 'hasNobodyToPlan', target: '#directive.paused', actions: 'recordNobodyToPlan' },
            { guard: 'hasChainToRecall', target: 'recalling' },
            { guard: 'isPlannedByModel', target: 'thinking' },
            { target: 'proposing' },
          ],
        },
        recalling: {
          description: 'Asks the actor that keeps the chain: to propose it again, or for a model to start from',
          entry: 'recallChain',
          on: {
            'chain.recalled': [
              { guard: 'isPlannedByModel', target: 'thinking', actions: 'rememberChain' },
              { target: 'checking', actions: 'proposeRecalledChain' },
            ],
          },
        },
        proposing: {
          tags: ['busy'],
          meta: { activity: 'planner' },
          entry: ['startSpan', 'startPlanner'],
          exit: ['stopPlanner', 'endSpan'],
          on: {
            'xstate.done.actor.planner': { target: 'checking', actions: ['recordPlanningCosts', 'recordProposal'] },
            'xstate.error.actor.planner': { target: '#directive.paused', actions: 'recordPlanningFailure' },
          },
        },
        thinking: {
          description: 'A model plans. Left for want of money it is kept: what was paid for is not asked again',
          tags: ['busy'],
          entry: ['startSpan', 'startThinking'],
          exit: 'endSpan',
          always: [
            {
              guard: 'failsOnExhaustion',
              target: '#directive.failed',
              actions: ['recordCostExceeded', 'announceBreaker', 'concludeLimitExceeded'],
            },
            {
              guard: 'isBudgetExhausted',
              target: '#directive.paused.overLimit',
              actions: ['recordCostExceeded', 'announceBreaker', 'attendToLimit'],
            },
          ],
          on: {
            'person.awaited': { actions: ['noteQuestion', 'endSpan'] },
            'person.answered': { actions: ['forgetQuestion', 'startSpan'] },
            'plan.proposed': { target: 'checking', actions: ['stopPlanner', 'recordProposal'] },
            'plan.failed': { target: '#directive.paused', actions: ['stopPlanner', 'recordPlanningFailure'] },
            'xstate.error.actor.planner': {
              target: '#directive.paused',
              actions: ['stopPlanner', 'releaseThinkers', 'recordPlanningFailure'],
            },
          },
        },
        checking: {
          always: [
            { guard: 'isPlanToReview', target: 'reviewing' },
            { guard: 'isPlanSound', target: '#directive.active', actions: ['releaseSuperseded', 'adoptChain'] },
            { guard: 'isEditUnsound', target: 'reviewing' },
            { target: '#directive.paused', actions: 'recordUnsoundPlan' },
          ],
        },
        reviewing: {
          tags: ['waiting'],
          entry: 'requestPlanReview',
          exit: 'withdrawApproval',
          on: {
            'approval.resolved': [
              { guard: 'isPlanEdited', target: 'checking', actions: 'proposeEditedChain' },
              {
                guard: 'isApproved',
                target: '#directive.active',
                actions: ['recordAnswer', 'releaseSuperseded', 'adoptChain'],
              },
              { guard: 'mayReviseAgain', target: 'choosing', actions: 'recordFeedback' },
              { guard: 'isSentBack', target: '#directive.paused', actions: 'recordEndlessPlanning' },
              { guard: 'isDenied', target: '#directive.failed', actions: 'concludePlanDenied' },
            ],
          },
        },
      },
    },
    active,
    paused: {
      tags: ['paused'],
      entry: ['announcePaused', 'withholdOffers'],
      exit: 'clearAttention',
      initial: 'held',
      on: {
        'directive.start': {
          target: 'planning',
          actions: ['stopPlanner', 'stopJudge', 'releaseThinkers', 'forgetQuestion', 'beginReplanning'],
        },
        'directive.replan': {
          guard: 'canReplan',
          target: 'planning',
          actions: ['stopPlanner', 'stopJudge', 'releaseThinkers', 'forgetQuestion', 'beginReplanning'],
        },
      },
      states: {
        held: {
          on: {
            'directive.resume': [
              { guard: 'hasPlanningFailed', target: '#directive.planning', actions: 'resumePlanning' },
              { target: '#directive.active.work.before', actions: 'noteTime' },
            ],
          },
        },
        overLimit: {
          description: 'The circuit breaker has tripped: what runs drains, a person decides',
          tags: ['waiting'],
          entry: 'requestLimit',
          exit: 'withdrawApproval',
          on: {
            'approval.resolved': [
              {
                guard: 'isApprovedWhileThinking',
                target: '#directive.planning.thinking',
                actions: ['recordAnswer', 'raiseLimits', 'answerReservations'],
              },
              {
                guard: 'isApproved',
                target: '#directive.active.work.before',
                actions: ['recordAnswer', 'raiseLimits', 'answerReservations'],
              },
              { guard: 'isDenied', target: '#directive.failed', actions: 'concludeLimitExceeded' },
            ],
          },
        },
      },
    },
    completed: { type: 'final', entry: ['announceCompleted', 'announceCompletion'] },
    failed: { type: 'final', entry: ['abandonSteps', 'releaseAll', 'announceFailed', 'announceFailure'] },
  },
})
