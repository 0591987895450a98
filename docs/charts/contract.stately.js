import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "contract",
  "description": "One executor does one step. Rework hands the same contract back: same workspace, same session.",
  "initial": "queued",
  "on": {
    "contract.cancel": ".cancelled"
  },
  "states": {
    "queued": {
      "description": "Waits for the step to start it",
      "on": {
        "contract.start": "working"
      }
    },
    "working": {
      "tags": [
        "busy"
      ],
      "initial": "preparing",
      "after": {
        "attemptTimeout": {
          "target": "failed",
          "actions": "recordFailure"
        }
      },
      "on": {
        "contract.interrupt": {
          "target": "queued",
          "actions": "beginAgain"
        }
      },
      "states": {
        "preparing": {
          "meta": {
            "activity": "workspace"
          },
          "entry": "startWorkspace",
          "exit": "stopWorkspace",
          "on": {
            "xstate.done.actor.workspace": {
              "target": "executing",
              "actions": "recordWorkspace"
            },
            "xstate.error.actor.workspace": {
              "target": "#contract.failed",
              "actions": "recordFailure"
            }
          }
        },
        "executing": {
          "meta": {
            "activity": "contractor"
          },
          "entry": "startContractor",
          "exit": "stopContractor",
          "on": {
            "contract.progress": {
              "actions": [
                "recordProgress",
                "announceProgress"
              ]
            },
            "contract.phase": {
              "actions": [
                "recordPhase",
                "announceProgress"
              ]
            },
            "contract.cost": {
              "actions": "recordCosts"
            },
            "xstate.done.actor.contractor": [
              {
                "guard": "hasDelivered",
                "target": "#contract.delivered",
                "actions": [
                  "recordCosts",
                  "recordDelivery"
                ]
              },
              {
                "target": "#contract.failed",
                "actions": [
                  "recordCosts",
                  "recordFailure"
                ]
              }
            ],
            "xstate.error.actor.contractor": {
              "target": "#contract.failed",
              "actions": "recordFailure"
            }
          }
        }
      }
    },
    "delivered": {
      "entry": "tellDelivered",
      "on": {
        "contract.accept": "accepted",
        "contract.rework": {
          "target": "queued",
          "actions": [
            "beginRework",
            "beginAgain"
          ]
        }
      }
    },
    "failed": {
      "description": "The attempt failed; the contract may be handed back",
      "entry": "tellFailed",
      "on": {
        "contract.rework": {
          "target": "queued",
          "actions": [
            "beginRework",
            "beginAgain"
          ]
        }
      }
    },
    "accepted": {
      "type": "final"
    },
    "cancelled": {
      "type": "final"
    }
  }
})
