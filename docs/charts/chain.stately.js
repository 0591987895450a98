import { createMachine } from 'xstate'
export const machine = createMachine({
  "id": "chain",
  "description": "One generation of the plan. Read by its address, superseded by the next.",
  "initial": "current",
  "on": {
    "chain.recall": {
      "actions": "tellDefinition"
    }
  },
  "states": {
    "current": {
      "on": {
        "chain.supersede": {
          "target": "superseded",
          "actions": "recordSuccessor"
        }
      }
    },
    "superseded": {}
  }
})
