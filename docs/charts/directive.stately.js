import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "directive",
  "description": "A goal: planned into a chain of steps, which run, are reviewed as a whole, and stay within limits.",
  "initial": "draft",
  "on": {
    "directive.stop": {
      "target": ".failed",
      "actions": "concludeStopped"
    },
    "step.changed": {
      "actions": [
        "recordStep",
        "releaseStep",
        "answerReservations"
      ]
    },
    "step.spent": {
      "actions": [
        "addCosts",
        "endReservation",
        "answerReservations"
      ]
    },
    "budget.reserve": {
      "actions": [
        "recordReservation",
        "answerReservations"
      ]
    },
    "budget.settle": {
      "actions": [
        "recordSettlement",
        "answerReservations"
      ]
    },
    "judge.concluded": {
      "actions": [
        "stopJudge",
        "recordJudgement"
      ]
    },
    "xstate.error.actor.judge": {
      "actions": [
        "stopJudge",
        "releaseThinkers",
        "forgetQuestion",
        "recordJudgement"
      ]
    },
    "notice.raised": {
      "actions": "carryNotice"
    },
    "person.awaited": {
      "actions": "noteQuestion"
    },
    "person.answered": {
      "actions": "forgetQuestion"
    },
    "merge.request": {
      "actions": "grantMerge"
    },
    "merge.release": {
      "actions": "passMergeOn"
    },
    "xstate.error.actor.*": {
      "guard": "isStepDefect",
      "actions": [
        "recordDefect",
        "releaseDefect",
        "passMergeOn",
        "answerReservations"
      ]
    }
  },
  "states": {
    "draft": {
      "on": {
        "directive.update": {
          "actions": "updateFile"
        },
        "directive.start": {
          "target": "planning",
          "actions": "recordStart"
        }
      }
    },
    "planning": {
      "entry": "announcePlanning",
      "initial": "choosing",
      "states": {
        "choosing": {
          "always": [
            {
              "guard": "hasGivenChain",
              "target": "checking",
              "actions": "proposeGivenChain"
            },
            {
              "guard": "hasNobodyToPlan",
              "target": "#directive.paused",
              "actions": "recordNobodyToPlan"
            },
            {
              "guard": "hasChainToRecall",
              "target": "recalling"
            },
            {
              "guard": "isPlannedByModel",
              "target": "thinking"
            },
            {
              "target": "proposing"
            }
          ]
        },
        "recalling": {
          "description": "Asks the actor that keeps the chain: to propose it again, or for a model to start from",
          "entry": "recallChain",
          "on": {
            "chain.recalled": [
              {
                "guard": "isPlannedByModel",
                "target": "thinking",
                "actions": "rememberChain"
              },
              {
                "target": "checking",
                "actions": "proposeRecalledChain"
              }
            ]
          }
        },
        "proposing": {
          "tags": [
            "busy"
          ],
          "meta": {
            "activity": "planner"
          },
          "entry": [
            "startSpan",
            "startPlanner"
          ],
          "exit": [
            "stopPlanner",
            "endSpan"
          ],
          "on": {
            "xstate.done.actor.planner": {
              "target": "checking",
              "actions": [
                "recordPlanningCosts",
                "recordProposal"
              ]
            },
            "xstate.error.actor.planner": {
              "target": "#directive.paused",
              "actions": "recordPlanningFailure"
            }
          }
        },
        "thinking": {
          "description": "A model plans. Left for want of money it is kept: what was paid for is not asked again",
          "tags": [
            "busy"
          ],
          "entry": [
            "startSpan",
            "startThinking"
          ],
          "exit": "endSpan",
          "always": [
            {
              "guard": "failsOnExhaustion",
              "target": "#directive.failed",
              "actions": [
                "recordCostExceeded",
                "announceBreaker",
                "concludeLimitExceeded"
              ]
            },
            {
              "guard": "isBudgetExhausted",
              "target": "#directive.paused.overLimit",
              "actions": [
                "recordCostExceeded",
                "announceBreaker",
                "attendToLimit"
              ]
            }
          ],
          "on": {
            "person.awaited": {
              "actions": [
                "noteQuestion",
                "endSpan"
              ]
            },
            "person.answered": {
              "actions": [
                "forgetQuestion",
                "startSpan"
              ]
            },
            "plan.proposed": {
              "target": "checking",
              "actions": [
                "stopPlanner",
                "recordProposal"
              ]
            },
            "plan.failed": {
              "target": "#directive.paused",
              "actions": [
                "stopPlanner",
                "recordPlanningFailure"
              ]
            },
            "xstate.error.actor.planner": {
              "target": "#directive.paused",
              "actions": [
                "stopPlanner",
                "releaseThinkers",
                "recordPlanningFailure"
              ]
            }
          }
        },
        "checking": {
          "always": [
            {
              "guard": "isPlanToReview",
              "target": "reviewing"
            },
            {
              "guard": "isPlanSound",
              "target": "#directive.active",
              "actions": [
                "releaseSuperseded",
                "adoptChain"
              ]
            },
            {
              "guard": "isEditUnsound",
              "target": "reviewing"
            },
            {
              "target": "#directive.paused",
              "actions": "recordUnsoundPlan"
            }
          ]
        },
        "reviewing": {
          "tags": [
            "waiting"
          ],
          "entry": "requestPlanReview",
          "exit": "withdrawApproval",
          "on": {
            "approval.resolved": [
              {
                "guard": "isPlanEdited",
                "target": "checking",
                "actions": "proposeEditedChain"
              },
              {
                "guard": "isApproved",
                "target": "#directive.active",
                "actions": [
                  "recordAnswer",
                  "releaseSuperseded",
                  "adoptChain"
                ]
              },
              {
                "guard": "mayReviseAgain",
                "target": "choosing",
                "actions": "recordFeedback"
              },
              {
                "guard": "isSentBack",
                "target": "#directive.paused",
                "actions": "recordEndlessPlanning"
              },
              {
                "guard": "isDenied",
                "target": "#directive.failed",
                "actions": "concludePlanDenied"
              }
            ]
          }
        }
      }
    },
    "active": {
      "type": "parallel",
      "entry": [
        "announceActive",
        "offerAgain",
        "dispatch"
      ],
      "on": {
        "step.changed": {
          "actions": [
            "recordStep",
            "releaseStep",
            "answerReservations",
            "dispatch"
          ]
        },
        "xstate.error.actor.*": {
          "guard": "isStepDefect",
          "actions": [
            "recordDefect",
            "releaseDefect",
            "passMergeOn",
            "answerReservations",
            "dispatch"
          ]
        },
        "directive.pause": {
          "target": "#directive.paused",
          "actions": [
            "noteTime",
            "releaseInterrupted",
            "interruptSteps",
            "answerReservations"
          ]
        },
        "directive.replan": {
          "guard": "canReplan",
          "target": "#directive.planning",
          "actions": [
            "stopJudge",
            "releaseThinkers",
            "forgetQuestion",
            "beginReplanning"
          ]
        }
      },
      "always": [
        {
          "guard": "haveTooManyFailed",
          "target": "#directive.failed",
          "actions": "concludeStepsFailed"
        },
        {
          "guard": "failsOnCost",
          "target": "#directive.failed",
          "actions": [
            "recordCostExceeded",
            "announceBreaker",
            "concludeLimitExceeded"
          ]
        },
        {
          "guard": "isCostReached",
          "target": "#directive.paused.overLimit",
          "actions": [
            "recordCostExceeded",
            "announceBreaker",
            "attendToLimit"
          ]
        }
      ],
      "states": {
        "work": {
          "initial": "working",
          "states": {
            "before": {
              "type": "history",
              "history": "deep",
              "target": "working"
            },
            "working": {
              "always": [
                {
                  "guard": "areAllDone",
                  "target": "reviewing"
                },
                {
                  "guard": "isStuckAndMayRegenerate",
                  "target": "#directive.planning",
                  "actions": "beginReplanning"
                },
                {
                  "guard": "isStuck",
                  "target": "stuck"
                }
              ]
            },
            "stuck": {
              "description": "Nothing can run and a step is blocked",
              "tags": [
                "waiting"
              ],
              "entry": "requestWayOut",
              "exit": "withdrawApproval",
              "always": {
                "guard": "isNoLongerStuck",
                "target": "working"
              },
              "on": {
                "approval.resolved": [
                  {
                    "guard": "choosesRetry",
                    "target": "working",
                    "actions": [
                      "recordAnswer",
                      "retryBlockedSteps"
                    ]
                  },
                  {
                    "guard": "choosesSkip",
                    "target": "working",
                    "actions": [
                      "recordAnswer",
                      "skipBlockedSteps",
                      "dispatch"
                    ]
                  },
                  {
                    "guard": "choosesReplan",
                    "target": "#directive.planning",
                    "actions": [
                      "recordAnswer",
                      "beginReplanning"
                    ]
                  },
                  {
                    "guard": "choosesStop",
                    "target": "#directive.failed",
                    "actions": [
                      "recordAnswer",
                      "concludeStopped"
                    ]
                  },
                  {
                    "guard": "isDenied",
                    "target": "#directive.failed",
                    "actions": [
                      "recordAnswer",
                      "concludeStuck"
                    ]
                  }
                ]
              }
            },
            "reviewing": {
              "description": "The final review: verifiers on the merged tree, and every acceptance criterion",
              "tags": [
                "busy"
              ],
              "initial": "resolving",
              "states": {
                "resolving": {
                  "always": [
                    {
                      "guard": "hasSomethingToDetect",
                      "target": "detecting"
                    },
                    {
                      "target": "choosing",
                      "actions": "useKnownVerifiers"
                    }
                  ]
                },
                "detecting": {
                  "meta": {
                    "activity": "detector"
                  },
                  "entry": "startDetector",
                  "exit": "stopDetector",
                  "on": {
                    "xstate.done.actor.detector": {
                      "target": "choosing",
                      "actions": "recordVerifiers"
                    },
                    "xstate.error.actor.detector": {
                      "target": "choosing",
                      "actions": "recordUndetected"
                    }
                  }
                },
                "choosing": {
                  "always": [
                    {
                      "guard": "hasVerifierLeft",
                      "target": "running"
                    },
                    {
                      "guard": "isToBeJudged",
                      "target": "judging"
                    },
                    {
                      "target": "deciding"
                    }
                  ]
                },
                "running": {
                  "meta": {
                    "activity": "verifier"
                  },
                  "entry": "startVerifier",
                  "exit": "stopVerifier",
                  "on": {
                    "xstate.done.actor.verifier": {
                      "target": "choosing",
                      "actions": "recordResult"
                    },
                    "xstate.error.actor.verifier": {
                      "target": "choosing",
                      "actions": "recordUnavailable"
                    }
                  }
                },
                "judging": {
                  "description": "A model looks at the criteria no command decides. Left for a pause it goes on, and is not asked again",
                  "entry": "startJudge",
                  "always": {
                    "guard": "isJudged",
                    "target": "deciding"
                  }
                },
                "deciding": {
                  "entry": [
                    "evaluate",
                    "announceEvaluation"
                  ],
                  "always": [
                    {
                      "guard": "isResultGood",
                      "target": "#directive.active.work.finishing"
                    },
                    {
                      "guard": "isResultRedAndMayRegenerate",
                      "target": "#directive.planning",
                      "actions": "beginReplanning"
                    },
                    {
                      "target": "#directive.active.work.awaitingCompletion"
                    }
                  ]
                }
              }
            },
            "awaitingCompletion": {
              "tags": [
                "waiting"
              ],
              "entry": "requestCompletion",
              "exit": "withdrawApproval",
              "on": {
                "approval.resolved": [
                  {
                    "guard": "choosesReplan",
                    "target": "#directive.planning",
                    "actions": [
                      "recordAnswer",
                      "beginReplanning"
                    ]
                  },
                  {
                    "guard": "choosesStop",
                    "target": "#directive.failed",
                    "actions": [
                      "recordAnswer",
                      "concludeStopped"
                    ]
                  },
                  {
                    "guard": "isApproved",
                    "target": "finishing",
                    "actions": "recordAnswer"
                  },
                  {
                    "guard": "isDenied",
                    "target": "#directive.failed",
                    "actions": [
                      "recordAnswer",
                      "concludeDenied"
                    ]
                  }
                ]
              }
            },
            "finishing": {
              "initial": "choosing",
              "tags": [
                "busy"
              ],
              "states": {
                "choosing": {
                  "always": [
                    {
                      "guard": "hasPullRequest",
                      "target": "publishing"
                    },
                    {
                      "target": "tidying"
                    }
                  ]
                },
                "publishing": {
                  "description": "Pushes the result and makes a draft pull request; resumed after a failure, it tries again",
                  "meta": {
                    "activity": "publisher"
                  },
                  "entry": "startPublisher",
                  "exit": "stopPublisher",
                  "on": {
                    "xstate.done.actor.publisher": {
                      "target": "tidying",
                      "actions": [
                        "recordPublication",
                        "announcePublication"
                      ]
                    },
                    "xstate.error.actor.publisher": {
                      "target": "#directive.paused",
                      "actions": "recordPublishingFailure"
                    }
                  }
                },
                "tidying": {
                  "always": [
                    {
                      "guard": "hasRepository",
                      "target": "cleaning"
                    },
                    {
                      "target": "#directive.completed",
                      "actions": "concludeCompleted"
                    }
                  ]
                },
                "cleaning": {
                  "description": "Removes what is merged; what cannot be removed is no reason to fail",
                  "meta": {
                    "activity": "cleaner"
                  },
                  "entry": "startCleaner",
                  "exit": "stopCleaner",
                  "on": {
                    "xstate.done.actor.cleaner": {
                      "target": "#directive.completed",
                      "actions": "concludeCompleted"
                    },
                    "xstate.error.actor.cleaner": {
                      "target": "#directive.completed",
                      "actions": "concludeCompleted"
                    }
                  }
                }
              }
            }
          }
        },
        "wallTime": {
          "description": "Runs while something can progress without a person",
          "initial": "still",
          "states": {
            "still": {
              "always": {
                "guard": "canProgress",
                "target": "running"
              }
            },
            "running": {
              "entry": "startSpan",
              "exit": "endSpan",
              "always": {
                "guard": "waitsForPerson",
                "target": "still"
              },
              "initial": "unlimited",
              "states": {
                "unlimited": {
                  "always": {
                    "guard": "hasWallTimeLimit",
                    "target": "limited"
                  }
                },
                "limited": {
                  "after": {
                    "wallTimeLeft": [
                      {
                        "guard": "failsOnLimit",
                        "target": "#directive.failed",
                        "actions": [
                          "recordTimeExceeded",
                          "announceBreaker",
                          "concludeLimitExceeded"
                        ]
                      },
                      {
                        "target": "#directive.paused.overLimit",
                        "actions": [
                          "recordTimeExceeded",
                          "announceBreaker",
                          "attendToLimit"
                        ]
                      }
                    ]
                  }
                }
              }
            }
          }
        }
      }
    },
    "paused": {
      "tags": [
        "paused"
      ],
      "entry": [
        "announcePaused",
        "withholdOffers"
      ],
      "exit": "clearAttention",
      "initial": "held",
      "on": {
        "directive.start": {
          "target": "planning",
          "actions": [
            "stopPlanner",
            "stopJudge",
            "releaseThinkers",
            "forgetQuestion",
            "beginReplanning"
          ]
        },
        "directive.replan": {
          "guard": "canReplan",
          "target": "planning",
          "actions": [
            "stopPlanner",
            "stopJudge",
            "releaseThinkers",
            "forgetQuestion",
            "beginReplanning"
          ]
        }
      },
      "states": {
        "held": {
          "on": {
            "directive.resume": [
              {
                "guard": "hasPlanningFailed",
                "target": "#directive.planning",
                "actions": "resumePlanning"
              },
              {
                "target": "#directive.active.work.before",
                "actions": "noteTime"
              }
            ]
          }
        },
        "overLimit": {
          "description": "The circuit breaker has tripped: what runs drains, a person decides",
          "tags": [
            "waiting"
          ],
          "entry": "requestLimit",
          "exit": "withdrawApproval",
          "on": {
            "approval.resolved": [
              {
                "guard": "isApprovedWhileThinking",
                "target": "#directive.planning.thinking",
                "actions": [
                  "recordAnswer",
                  "raiseLimits",
                  "answerReservations"
                ]
              },
              {
                "guard": "isApproved",
                "target": "#directive.active.work.before",
                "actions": [
                  "recordAnswer",
                  "raiseLimits",
                  "answerReservations"
                ]
              },
              {
                "guard": "isDenied",
                "target": "#directive.failed",
                "actions": "concludeLimitExceeded"
              }
            ]
          }
        }
      }
    },
    "completed": {
      "type": "final",
      "entry": [
        "announceCompleted",
        "announceCompletion"
      ]
    },
    "failed": {
      "type": "final",
      "entry": [
        "abandonSteps",
        "releaseAll",
        "announceFailed",
        "announceFailure"
      ]
    }
  }
})
