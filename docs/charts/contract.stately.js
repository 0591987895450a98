import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "contract",
  "description": "One executor does one step. Rework hands the same contract back: same workspace, same session.",
  "initial": "queued",
  "on": {
    "contract.cancel": ".cancelled",
    "budget.reserve": {
      "actions": "passOn"
    },
    "budget.settle": {
      "actions": "recordSettlement"
    },
    "notice.raised": {
      "actions": "passOn"
    },
    "person.*": {
      "actions": "passOn"
    }
  },
  "states": {
    "queued": {
      "description": "Waits for the step to start it",
      "on": {
        "contract.start": {
          "target": "working",
          "actions": "unwithhold"
        }
      }
    },
    "working": {
      "tags": [
        "busy"
      ],
      "initial": "preparing",
      "on": {
        "contract.interrupt": {
          "target": "queued",
          "actions": "beginAgain"
        },
        "contract.withhold": {
          "actions": "withhold"
        },
        "contract.offer": {
          "actions": "unwithhold"
        }
      },
      "states": {
        "preparing": {
          "meta": {
            "activity": "workspace"
          },
          "entry": "startWorkspace",
          "exit": "stopWorkspace",
          "after": {
            "attemptTimeout": {
              "target": "#contract.failed",
              "actions": "recordFailure"
            }
          },
          "on": {
            "xstate.done.actor.workspace": {
              "target": "choosing",
              "actions": "recordWorkspace"
            },
            "xstate.error.actor.workspace": {
              "target": "#contract.failed",
              "actions": "recordFailure"
            }
          }
        },
        "choosing": {
          "always": [
            {
              "guard": "isWorkDone",
              "target": "executing"
            },
            {
              "guard": "isDoneByModelWithoutModel",
              "target": "#contract.failed",
              "actions": "recordUnconfigured"
            },
            {
              "guard": "isDoneByModel",
              "target": "thinking"
            },
            {
              "guard": "isDoneByAgent",
              "target": "reserving"
            },
            {
              "guard": "isDoneByWorker",
              "target": "offering"
            },
            {
              "guard": "isDoneByPerson",
              "target": "awaitingPerson"
            },
            {
              "target": "executing"
            }
          ]
        },
        "thinking": {
          "description": "The built-in agent works; it keeps its limits itself, since waiting counts for none of them",
          "entry": "startAgent",
          "exit": "stopAgent",
          "on": {
            "contract.progress": {
              "actions": [
                "recordProgress",
                "announceProgress"
              ]
            },
            "contract.session": {
              "actions": "recordSession"
            },
            "agent.ended": [
              {
                "guard": "hasAgentDelivered",
                "target": "executing",
                "actions": "recordConclusion"
              },
              {
                "target": "#contract.failed",
                "actions": "recordAgentFailure"
              }
            ],
            "xstate.error.actor.agent": {
              "target": "#contract.failed",
              "actions": "recordAgentFailure"
            }
          }
        },
        "reserving": {
          "description": "Waits until the directive grants what the attempt may cost",
          "entry": "requestBudget",
          "on": {
            "budget.granted": {
              "target": "executing",
              "actions": "recordBudget"
            }
          }
        },
        "offering": {
          "entry": "beginOffering",
          "always": [
            {
              "guard": "isWithheld",
              "target": "withheld"
            },
            {
              "target": "offered"
            }
          ]
        },
        "withheld": {
          "description": "The directive is paused: nobody new begins",
          "on": {
            "contract.offer": {
              "target": "offered",
              "actions": "unwithhold"
            }
          }
        },
        "offered": {
          "description": "Waits for a worker that has all the labels. The limit of an attempt does not count yet",
          "entry": "offer",
          "on": {
            "contract.withhold": {
              "target": "withheld",
              "actions": [
                "withhold",
                "withdraw"
              ]
            },
            "contract.claim": {
              "guard": "hasLabels",
              "target": "claimed",
              "actions": "recordClaim"
            }
          }
        },
        "claimed": {
          "description": "A worker has it, under a lease with a number",
          "after": {
            "workTimeout": {
              "target": "#contract.failed",
              "actions": "recordFailure"
            }
          },
          "initial": "leased",
          "on": {
            "contract.deliver": {
              "guard": "holdsLease",
              "target": "executing",
              "actions": [
                "recordCosts",
                "recordHandover"
              ]
            },
            "contract.fail": {
              "guard": "holdsLease",
              "target": "#contract.failed",
              "actions": [
                "recordCosts",
                "recordGivenUp"
              ]
            },
            "contract.release": {
              "guard": "holdsLease",
              "target": "offering",
              "actions": [
                "recordCosts",
                "recordRelease"
              ]
            }
          },
          "states": {
            "leased": {
              "after": {
                "leaseLeft": [
                  {
                    "guard": "isIdle",
                    "target": "#contract.failed",
                    "actions": "recordIdleness"
                  },
                  {
                    "target": "#contract.working.offering",
                    "actions": "recordLapse"
                  }
                ]
              },
              "on": {
                "contract.heartbeat": {
                  "guard": "holdsLease",
                  "target": "leased",
                  "reenter": true,
                  "actions": [
                    "recordHeartbeat",
                    "recordCosts"
                  ]
                }
              }
            }
          }
        },
        "awaitingPerson": {
          "description": "A person works in the workspace, for as long as it takes",
          "tags": [
            "waiting"
          ],
          "entry": [
            "announcePersonsWork",
            "awaitPerson"
          ],
          "exit": "endAwaiting",
          "on": {
            "contract.deliver": {
              "target": "executing",
              "actions": [
                "recordCosts",
                "recordHandover"
              ]
            },
            "contract.fail": {
              "target": "#contract.failed",
              "actions": [
                "recordCosts",
                "recordGivenUp"
              ]
            }
          }
        },
        "executing": {
          "description": "The executor works; what others have worked on is taken over: commit and evidence",
          "meta": {
            "activity": "contractor"
          },
          "entry": "startContractor",
          "exit": "stopContractor",
          "after": {
            "attemptTimeout": {
              "target": "#contract.failed",
              "actions": "recordFailure"
            }
          },
          "on": {
            "contract.session": {
              "actions": "recordSession"
            },
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
