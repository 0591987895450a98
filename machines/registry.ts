import { approvalMachine } from './approval/machine.ts'
import { chainMachine } from './chain/machine.ts'
import { approvalCommands, directiveCommands, stepCommands } from './commands.ts'
import { contractMachine } from './contract/machine.ts'
import { directiveMachine } from './directive/machine.ts'
import { project } from './projection.ts'
import { stepMachine } from './step/machine.ts'

/**
 * Every machine, as the runtime wants it. A directive is the root of its system; the others are its descendants, listed
 * for their charts. `schemas` are the events accepted from outside, to the directive and to any actor below it.
 */
export const machines = {
  directive: {
    machine: directiveMachine,
    version: '1',
    schemas: { ...directiveCommands, ...stepCommands, ...approvalCommands },
    project,
  },
  step: { machine: stepMachine, version: '1' },
  contract: { machine: contractMachine, version: '1' },
  approval: { machine: approvalMachine, version: '1' },
  chain: { machine: chainMachine, version: '1' },
} as const
