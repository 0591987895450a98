import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "agent",
  "description": "One attempt by a model with tools. Every call and every turn of tools is an activity of its own.",
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
      "description": "What the model is told, or told further on a rework",
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
          "actions": "recordUnbriefed"
        }
      }
    },
    "completing": {
      "description": "The model is asked",
      "entry": "startCompletion",
      "exit": "stopCompletion",
      "on": {
        "completion.ended": [
          {
            "guard": "isAnswered",
            "target": "acting",
            "actions": "recordAnswer"
          },
          {
            "target": "failed",
            "actions": "recordUnanswered"
          }
        ],
        "xstate.error.actor.completion": {
          "target": "failed",
          "actions": "recordUnanswered"
        }
      }
    },
    "acting": {
      "description": "What the model asks for is done in the workspace",
      "tags": [
        "busy"
      ],
      "meta": {
        "activity": "tools"
      },
      "entry": "startTools",
      "exit": "stopTools",
      "on": {
        "xstate.done.actor.tools": {
          "target": "deciding",
          "actions": [
            "recordTurn",
            "tellTurn"
          ]
        },
        "xstate.error.actor.tools": {
          "target": "failed",
          "actions": "recordToolsFailure"
        }
      }
    },
    "deciding": {
      "always": [
        {
          "guard": "hasDelivered",
          "target": "delivered"
        },
        {
          "guard": "isOutOfTime",
          "target": "failed",
          "actions": "recordTimeout"
        },
        {
          "guard": "isExhausted",
          "target": "failed",
          "actions": "recordExhaustion"
        },
        {
          "guard": "isIdle",
          "target": "failed",
          "actions": "recordIdling"
        },
        {
          "target": "completing"
        }
      ]
    },
    "delivered": {
      "type": "final",
      "entry": "tellDelivered"
    },
    "failed": {
      "type": "final",
      "entry": "tellFailed"
    }
  }
})
