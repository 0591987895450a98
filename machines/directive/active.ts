/** The state in which steps run: the work, and beside it the wall time it takes. */
const work = {
  initial: 'working',
  states: {
    before: { type: 'history', history: 'deep', target: 'working' },
    working: {
      always: [
        { guard: 'areAllDone', target: 'reviewing' },
        { guard: 'isStuckAndMayRegenerate', target: '#directive.planning', actions: 'beginReplanning' },
        { guard: 'isStuck', target: 'stuck' },
      ],
    },
    stuck: {
      description: 'Nothing can run and a step is blocked',
      tags: ['waiting'],
      entry: 'requestWayOut',
      exit: 'withdrawApproval',
      always: { guard: 'isNoLongerStuck', target: 'working' },
      on: {
        'approval.resolved': [
          { guard: 'choosesRetry', target: 'working', actions: ['recordAnswer', 'retryBlockedSteps'] },
          { guard: 'choosesSkip', target: 'working', actions: ['recordAnswer', 'skipBlockedSteps', 'dispatch'] },
          { guard: 'choosesReplan', target: '#directive.planning', actions: ['recordAnswer', 'beginReplanning'] },
          { guard: 'choosesStop', target: '#directive.failed', actions: ['recordAnswer', 'concludeStopped'] },
          { guard: 'isDenied', target: '#directive.failed', actions: ['recordAnswer', 'concludeStuck'] },
        ],
      },
    },
    reviewing: {
      description: 'The final review: verifiers on the merged tree, and every acceptance criterion',
      tags: ['busy'],
      initial: 'resolving',
      states: {
        resolving: {
          always: [
            { guard: 'hasSomethingToDetect', target: 'detecting' },
            { target: 'choosing', actions: 'useKnownVerifiers' },
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
            { target: 'deciding' },
          ],
        },
        running: {
          meta: { activity: 'verifier' },
          entry: 'startVerifier',
          exit: 'stopVerifier',
          on: {
            'xstate.done.actor.verifier': { target: 'choosing', actions: 'recordResult' },
            'xstate.error.actor.verifier': { target: 'choosing', actions: 'recordUnavailable' },
          },
        },
        judging: {
          description:
            'A model looks at the criteria no command decides. Left for a pause it goes on, and is not asked again',
          entry: 'startJudge',
          always: { guard: 'isJudged', target: 'deciding' },
        },
        deciding: {
          entry: ['evaluate', 'announceEvaluation'],
          always: [
            { guard: 'isResultGood', target: '#directive.active.work.finishing' },
            { guard: 'isResultRedAndMayRegenerate', target: '#directive.planning', actions: 'beginReplanning' },
            { target: '#directive.active.work.awaitingCompletion' },
          ],
        },
      },
    },
    awaitingCompletion: {
      tags: ['waiting'],
      entry: 'requestCompletion',
      exit: 'withdrawApproval',
      on: {
        'approval.resolved': [
          { guard: 'choosesReplan', target: '#directive.planning', actions: ['recordAnswer', 'beginReplanning'] },
          { guard: 'choosesStop', target: '#directive.failed', actions: ['recordAnswer', 'concludeStopped'] },
          { guard: 'isApproved', target: 'finishing', actions: 'recordAnswer' },
          { guard: 'isDenied', target: '#directive.failed', actions: ['recordAnswer', 'concludeDenied'] },
        ],
      },
    },
    finishing: {
      initial: 'choosing',
      tags: ['busy'],
      states: {
        choosing: { always: [{ guard: 'hasPullRequest', target: 'publishing' }, { target: 'tidying' }] },
        publishing: {
          description: 'Pushes the result and makes a draft pull request; resumed after a failure, it tries again',
          meta: { activity: 'publisher' },
          entry: 'startPublisher',
          exit: 'stopPublisher',
          on: {
            'xstate.done.actor.publisher': { target: 'tidying', actions: ['recordPublication', 'announcePublication'] },
            'xstate.error.actor.publisher': { target: '#directive.paused', actions: 'recordPublishingFailure' },
          },
        },
        tidying: {
          always: [
            { guard: 'hasRepository', target: 'cleaning' },
            { target: '#directive.completed', actions: 'concludeCompleted' },
          ],
        },
        cleaning: {
          description: 'Removes what is merged; what cannot be removed is no reason to fail',
          meta: { activity: 'cleaner' },
          entry: 'startCleaner',
          exit: 'stopCleaner',
          on: {
            'xstate.done.actor.cleaner': { target: '#directive.completed', actions: 'concludeCompleted' },
            'xstate.error.actor.cleaner': { target: '#directive.completed', actions: 'concludeCompleted' },
          },
        },
      },
    },
  },
} as const

const wallTime = {
  description: 'Runs while something can progress without a person',
  initial: 'still',
  states: {
    still: { always: { guard: 'canProgress', target: 'running' } },
    running: {
      entry: 'startSpan',
      exit: 'endSpan',
      always: { guard: 'waitsForPerson', target: 'still' },
      initial: 'unlimited',
      states: {
        unlimited: { always: { guard: 'hasWallTimeLimit', target: 'limited' } },
        limited: {
          after: {
            wallTimeLeft: [
              {
                guard: 'failsOnLimit',
                target: '#directive.failed',
                actions: ['recordTimeExceeded', 'announceBreaker', 'concludeLimitExceeded'],
              },
              {
                target: '#directive.paused.overLimit',
                actions: ['recordTimeExceeded', 'announceBreaker', 'attendToLimit'],
              },
            ],
          },
        },
      },
    },
  },
} as const

export const active = {
  type: 'parallel',
  entry: ['announceActive', 'offerAgain', 'dispatch'],
  on: {
    'step.changed': { actions: ['recordStep', 'releaseStep', 'answerReservations', 'dispatch'] },
    'xstate.error.actor.*': {
      guard: 'isStepDefect',
      actions: ['recordDefect', 'releaseDefect', 'passMergeOn', 'answerReservations', 'dispatch'],
    },
    'directive.pause': {
      target: '#directive.paused',
      actions: ['noteTime', 'releaseInterrupted', 'interruptSteps', 'answerReservations'],
    },
    'directive.replan': {
      guard: 'canReplan',
      target: '#directive.planning',
      actions: ['stopJudge', 'releaseThinkers', 'forgetQuestion', 'beginReplanning'],
    },
  },
  always: [
    { guard: 'haveTooManyFailed', target: '#directive.failed', actions: 'concludeStepsFailed' },
    {
      guard: 'failsOnCost',
      target: '#directive.failed',
      actions: ['recordCostExceeded', 'announceBreaker', 'concludeLimitExceeded'],
    },
    {
      guard: 'isCostReached',
      target: '#directive.paused.overLimit',
      actions: ['recordCostExceeded', 'announceBreaker', 'attendToLimit'],
    },
  ],
  states: { work, wallTime },
} as const
