import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "approval",
  "description": "A question to a person. The first answer counts; expiry denies; whoever did the work cannot answer.",
  "initial": "pending",
  "states": {
    "pending": {
      "tags": [
        "waiting"
      ],
      "entry": "announceRequest",
      "on": {
        "approval.approve": {
          "guard": "isAcceptable",
          "target": "approved",
          "actions": "recordAnswer"
        },
        "approval.request_changes": {
          "guard": "isAcceptable",
          "target": "changes_requested",
          "actions": "recordAnswer"
        },
        "approval.deny": {
          "guard": "isAcceptable",
          "target": "denied",
          "actions": "recordAnswer"
        },
        "approval.withdraw": {
          "target": "withdrawn",
          "actions": "recordAnswer"
        }
      },
      "initial": "undated",
      "states": {
        "undated": {
          "description": "Waits for ever",
          "always": {
            "guard": "hasExpiry",
            "target": "dated"
          }
        },
        "dated": {
          "after": {
            "expiry": {
              "target": "#approval.expired",
              "actions": "recordAnswer"
            }
          }
        }
      }
    },
    "approved": {
      "type": "final",
      "entry": [
        "announceAnswer",
        "tellAsker"
      ]
    },
    "changes_requested": {
      "type": "final",
      "entry": [
        "announceAnswer",
        "tellAsker"
      ]
    },
    "denied": {
      "type": "final",
      "entry": [
        "announceAnswer",
        "tellAsker"
      ]
    },
    "expired": {
      "type": "final",
      "entry": [
        "announceAnswer",
        "tellAsker"
      ]
    },
    "withdrawn": {
      "type": "final",
      "entry": [
        "announceAnswer",
        "tellAsker"
      ]
    }
  }
})
