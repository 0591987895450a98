import { approving } from './approving.ts'
import { base } from './base.ts'
import { contracting } from './contracting.ts'
import { evaluating } from './evaluating.ts'
import { guards } from './guards.ts'
import { merging } from './merging.ts'
import type { StepContext, StepInput } from './schema.ts'
import { status } from './status.ts'

const stepSetup = base.extend({
  actions: { ...contracting, ...evaluating, ...approving, ...merging, ...status },
  guards,
})

const contextOf = ({ carried, at, ...terms }: StepInput): StepContext => ({
  ...terms,
  kind: 'step',
  contractId: `${terms.directiveId}.${terms.id}`,
  hasContract: false,
  attempt: 1,
  reworkCount: 0,
  reworkAllowance: terms.maxReworkCycles,
  confidence: carried && { score: carried.score, level: carried.level },
  evidence: null,
  workspace: null,
  failure: null,
  verifiers: [],
  tamperPaths: [],
  checks: null,
  judgement: null,
  evaluation: null,
  evaluationBefore: null,
  answer: null,
  openApproval: null,
  approvals: 0,
  merge: null,
  publishAttempts: 0,
  override: false,
  instructions: null,
  freshBase: false,
  blocked: null,
  skipped: null,
  result: carried,
  ledger: [],
  now: at,
})

// Runs the verifiers left in `checks`, one after the other; `route` says where to go when none is left.
const running = {
  meta: { activity: 'verifier' },
  entry: 'startVerifier',
  exit: 'stopVerifier',
  on: {
    'xstate.done.actor.verifier': { target: 'choosing', actions: 'recordResult' },
    'xstate.error.actor.verifier': { target: 'choosing', actions: 'recordUnavailable' },
  },
} as const

/** One step of a chain, from waiting for its dependencies to its merge. */
export const stepMachine = stepSetup.createMachine({
  id: 'step',
  description: 'One step of a chain: carried out under a contract, evaluated, reworked or approved, then merged.',
  context: ({ input }) => contextOf(input),
  initial: 'pending',
  on: {
    'step.abandon': { target: '.skipped', actions: 'recordAbandonment' },
    'contract.spent': { actions: 'passCostsOn' },
    'budget.reserve': { actions: 'passOn' },
    'budget.settle': { actions: 'recordSettlement' },
    'notice.raised': { actions: 'passOn' },
  },
  states: {
    pending: {
      description: 'Waits for its dependencies',
      always: { guard: 'isCarriedOver', target: 'passed' },
      on: { 'step.ready': { target: 'ready', actions: 'noteTime' } },
    },
    ready: {
      description: 'Waits for a slot',
      entry: 'announceReady',
      on: { 'step.start': { target: 'running', actions: 'noteTime' } },
    },
    running: {
      description: 'Its contract is being worked on',
      tags: ['busy'],
      entry: ['announceRunning', 'announceStart', 'openContract', 'startContract'],
      on: {
        'contract.delivered': { target: 'evaluating', actions: 'recordDelivery' },
        'contract.failed': [
          { guard: 'hasBegun', target: 'evaluating.deciding', actions: 'recordFailure' },
          { target: 'blocked', actions: 'recordObstacle' },
        ],
        'step.withhold': { actions: 'withholdContract' },
        'step.offer': { actions: 'offerContract' },
        'step.interrupt': { target: 'ready', actions: ['noteTime', 'interruptContract'] },
        'person.awaited': { actions: ['noteTime', 'tellRunningWaits'] },
        'person.answered': { actions: ['noteTime', 'tellRunning'] },
      },
    },
    evaluating: {
      initial: 'verifying',
      entry: ['announceEvaluating', 'tellEvaluating'],
      states: {
        verifying: {
          tags: ['busy'],
          initial: 'resolving',
          states: {
            resolving: {
              always: [
                { guard: 'hasRepository', target: 'detecting' },
                { target: 'choosing', actions: 'useConfiguredVerifiers' },
              ],
            },
            detecting: {
              meta: { activity: 'detector' },
              entry: 'startDetector',
              exit: 'stopDetector',
              on: {
                'xstate.done.actor.detector': { target: 'choosing', actions: 'recordVerifiers' },
                'xstate.error.actor.detector': { target: 'choosing', actions: 'recordUndetected' },
              },
            },
            choosing: {
              always: [
                { guard: 'hasVerifierLeft', target: 'running' },
                { guard: 'isToBeJudged', target: 'judging' },
                { target: '#step.evaluating.deciding' },
              ],
            },
            running,
            judging: {
              description: 'A model looks at what was delivered; what commands found it cannot mend',
              entry: 'startJudge',
              exit: 'stopJudge',
              on: {
                'person.awaited': { actions: ['noteTime', 'tellWaiting'] },
                'person.answered': { actions: ['noteTime', 'tellEvaluating'] },
                'judge.concluded': { target: '#step.evaluating.deciding', actions: 'recordJudgement' },
                'xstate.error.actor.judge': { target: '#step.evaluating.deciding', actions: 'recordJudgement' },
              },
            },
          },
        },
        deciding: {
          entry: ['evaluate', 'announceEvaluation'],
          always: [
            { guard: 'mayMerge', target: 'merging' },
            { guard: 'needsApproval', target: 'awaitingApproval' },
            { guard: 'hasReworkLeft', target: '#step.rework' },
            { target: '#step.blocked' },
          ],
        },
        awaitingApproval: {
          tags: ['waiting'],
          entry: ['requestApproval', 'tellWaiting'],
          exit: 'withdrawApproval',
          on: {
            'approval.resolved': [
              { guard: 'isApproved', target: 'merging', actions: ['recordAnswer', 'tellEvaluating'] },
              { guard: 'isChangeRequested', target: '#step.rework', actions: 'recordAnswer' },
              { guard: 'isDenied', target: '#step.blocked', actions: 'recordRefusal' },
            ],
          },
        },
        merging: {
          tags: ['busy'],
          initial: 'choosing',
          exit: 'releaseMerge',
          states: {
            choosing: {
              always: [{ guard: 'hasRepository', target: 'queueing' }, { target: '#step.passed' }],
            },
            queueing: {
              description: 'One merge at a time: the directive grants the next',
              entry: 'requestMerge',
              on: { 'merge.granted': { target: 'preparing', actions: 'noteTime' } },
            },
            preparing: {
              meta: { activity: 'merger' },
              entry: 'startPrepare',
              exit: 'stopMerger',
              on: {
                'xstate.done.actor.merger': [
                  { guard: 'isReady', target: 'publishing', actions: 'recordMerge' },
                  { guard: 'isReadyOnMovedTip', target: 'reverifying', actions: ['recordMerge', 'beginMergedChecks'] },
                  { guard: 'isMergedAlready', target: '#step.passed', actions: 'recordMerge' },
                  { guard: 'isConflictWithReworkLeft', target: '#step.rework', actions: 'recordConflict' },
                  { guard: 'isConflict', target: '#step.blocked', actions: 'recordConflict' },
                  { target: '#step.blocked', actions: 'recordMergeFailure' },
                ],
                'xstate.error.actor.merger': { target: '#step.blocked', actions: 'recordMergeFailure' },
              },
            },
            reverifying: {
              description: 'The tip has moved since the base: required verifiers on the merged tree',
              initial: 'choosing',
              states: {
                choosing: {
                  always: [
                    { guard: 'hasVerifierLeft', target: 'running' },
                    { guard: 'isMergedTreeSound', target: '#step.evaluating.merging.publishing' },
                    { guard: 'hasReworkLeft', target: '#step.rework', actions: 'recordRedMerge' },
                    { target: '#step.blocked', actions: 'recordRedMerge' },
                  ],
                },
                running,
              },
            },
            publishing: {
              meta: { activity: 'merger' },
              entry: ['countPublish', 'startPublish'],
              exit: 'stopMerger',
              on: {
                'xstate.done.actor.merger': [
                  { guard: 'isMerged', target: '#step.passed' },
                  { guard: 'isMovedAgain', target: 'preparing' },
                  { target: '#step.blocked', actions: 'recordMergeFailure' },
                ],
                'xstate.error.actor.merger': { target: '#step.blocked', actions: 'recordMergeFailure' },
              },
            },
          },
        },
      },
    },
    rework: {
      description: 'The same contract is handed back with instructions; waits for a slot',
      entry: ['countRework', 'handBack', 'announceRework', 'tellRework'],
      on: { 'step.start': { target: 'running', actions: 'noteTime' } },
    },
    blocked: {
      description: 'Only a person, or another chain, leads out of here',
      entry: ['recordBlock', 'announceBlocked', 'explainBlock', 'tellBlocked'],
      on: {
        'step.retry': [
          { guard: 'hasFailedToMerge', target: 'evaluating.merging', actions: ['noteTime', 'forgetPublishing'] },
          { target: 'rework', actions: 'allowFurtherReworks' },
        ],
        'step.skip': { target: 'skipped', actions: 'recordAbandonment' },
        'step.approve': { guard: 'hasDelivery', target: 'evaluating.merging', actions: 'recordPersonsApproval' },
      },
    },
    passed: { type: 'final', entry: ['keepResult', 'acceptContract', 'announcePassed', 'tellPassed'] },
    skipped: { type: 'final', entry: ['cancelContract', 'announceSkipped', 'tellSkipped'] },
  },
})
