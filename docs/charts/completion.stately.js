import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "completion",
  "description": "One question to a model. Budget is reserved before each call and settled after it.",
  "initial": "choosing",
  "on": {
    "notice.raised": {
      "actions": "passOn"
    }
  },
  "states": {
    "choosing": {
      "always": [
        {
          "guard": "hasNoModelLeft",
          "target": "failed"
        },
        {
          "target": "reserving"
        }
      ]
    },
    "reserving": {
      "description": "Waits until the directive grants what the call may cost",
      "entry": "requestBudget",
      "on": {
        "budget.granted": "calling",
        "budget.refused": {
          "target": "choosing",
          "actions": "giveModelUp"
        }
      }
    },
    "calling": {
      "tags": [
        "busy"
      ],
      "meta": {
        "activity": "model"
      },
      "entry": "startModel",
      "exit": "stopModel",
      "on": {
        "xstate.done.actor.model": [
          {
            "guard": "isAnswered",
            "target": "answered",
            "actions": [
              "settle",
              "recordAnswer"
            ]
          },
          {
            "guard": "isLimitedAndParks",
            "target": "parked",
            "actions": [
              "settle",
              "recordLimit"
            ]
          },
          {
            "guard": "isLimitedAndAsks",
            "target": "asking",
            "actions": [
              "settle",
              "recordLimit"
            ]
          },
          {
            "target": "choosing",
            "actions": [
              "settle",
              "giveModelUp"
            ]
          }
        ],
        "xstate.error.actor.model": {
          "target": "choosing",
          "actions": [
            "settle",
            "giveModelUp"
          ]
        }
      }
    },
    "parked": {
      "description": "Waits for the provider's rate limit to reset",
      "tags": [
        "parked"
      ],
      "entry": "announcePark",
      "after": {
        "limitReset": "reserving"
      }
    },
    "asking": {
      "description": "A person decides whether to wait for the rate limit",
      "tags": [
        "waiting"
      ],
      "entry": "requestDecision",
      "on": {
        "approval.resolved": [
          {
            "guard": "choosesToWait",
            "target": "parked",
            "actions": "recordDecision"
          },
          {
            "guard": "choosesNextModel",
            "target": "choosing",
            "actions": [
              "recordDecision",
              "giveModelUp"
            ]
          },
          {
            "target": "choosing",
            "actions": [
              "recordDecision",
              "giveModelUp",
              "forgetModels"
            ]
          }
        ]
      }
    },
    "answered": {
      "type": "final",
      "entry": "tellAnswered"
    },
    "failed": {
      "type": "final",
      "entry": "tellFailed"
    }
  }
})
