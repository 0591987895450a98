import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "planner",
  "description": "Asks a model for a chain. It may only propose: what comes of it is decided by the directive.",
  "initial": "briefing",
  "on": {
    "budget.reserve": {
      "actions": "passOn"
    },
    "budget.settle": {
      "actions": "passOn"
    },
    "notice.raised": {
      "actions": "passOn"
    },
    "person.*": {
      "actions": "passOn"
    }
  },
  "states": {
    "briefing": {
      "description": "What the repository is, what is asked for, what there is to choose from: put into words",
      "tags": [
        "busy"
      ],
      "meta": {
        "activity": "briefer"
      },
      "entry": "startBriefer",
      "exit": "stopBriefer",
      "on": {
        "xstate.done.actor.briefer": {
          "target": "completing",
          "actions": "recordBrief"
        },
        "xstate.error.actor.briefer": {
          "target": "failed",
          "actions": "recordBriefingFailure"
        }
      }
    },
    "completing": {
      "description": "A model is asked, over its fallbacks and waits",
      "tags": [
        "busy"
      ],
      "entry": "startCompletion",
      "exit": "stopCompletion",
      "on": {
        "completion.ended": [
          {
            "guard": "isAnswered",
            "target": "checking",
            "actions": "readAnswer"
          },
          {
            "target": "failed",
            "actions": "recordFailure"
          }
        ],
        "xstate.error.actor.completion": {
          "target": "failed",
          "actions": "recordDefect"
        }
      }
    },
    "checking": {
      "always": [
        {
          "guard": "isSound",
          "target": "proposed"
        },
        {
          "guard": "mayAskAgain",
          "target": "completing",
          "actions": "reply"
        },
        {
          "target": "failed",
          "actions": "recordUnsoundPlan"
        }
      ]
    },
    "proposed": {
      "type": "final",
      "entry": "tellProposed"
    },
    "failed": {
      "type": "final",
      "entry": "tellFailed"
    }
  }
})
