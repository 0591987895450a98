import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "courier",
  "description": "Carries notices of one directive to its targets; a system of its own, so that it outlives the directive.",
  "initial": "waiting",
  "on": {
    "courier.carry": {
      "actions": "sendOut"
    }
  },
  "states": {
    "waiting": {
      "tags": [
        "idle"
      ],
      "always": [
        {
          "guard": "hasSomethingUnderWay",
          "target": "carrying"
        },
        {
          "guard": "isOver",
          "target": "done"
        }
      ]
    },
    "carrying": {
      "description": "Notices are under way, or wait for another attempt",
      "tags": [
        "busy"
      ],
      "meta": {
        "activity": "notifier"
      },
      "always": {
        "guard": "hasNothingUnderWay",
        "target": "waiting"
      },
      "on": {
        "xstate.done.actor.*": {
          "actions": [
            "recordDelivery",
            "forget"
          ]
        },
        "xstate.error.actor.*": {
          "actions": [
            "recordFailure",
            "forget"
          ]
        }
      }
    },
    "done": {
      "type": "final",
      "description": "The directive has ended, and so has everything that was under way",
      "tags": [
        "idle"
      ]
    }
  }
})
