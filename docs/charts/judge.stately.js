import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "judge",
  "description": "Asks a model about acceptance criteria. What it says counts as far as what it cites is in the diff.",
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
      "description": "The diff and the evidence, as data: put into words",
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
          "target": "concluded",
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
            "target": "concluded",
            "actions": "recordFailure"
          }
        ],
        "xstate.error.actor.completion": {
          "target": "concluded",
          "actions": "recordDefect"
        }
      }
    },
    "checking": {
      "always": [
        {
          "guard": "isSound",
          "target": "concluded",
          "actions": "recordVerdicts"
        },
        {
          "guard": "mayAskAgain",
          "target": "completing",
          "actions": "reply"
        },
        {
          "guard": "isReadable",
          "target": "concluded",
          "actions": "recordVerdicts"
        },
        {
          "target": "concluded",
          "actions": "recordUnreadable"
        }
      ]
    },
    "concluded": {
      "type": "final",
      "entry": "tellConcluded"
    }
  }
})
