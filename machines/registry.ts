import { agentMachine } from './agent/machine.ts'
import { approvalMachine } from './approval/machine.ts'
import { chainMachine } from './chain/machine.ts'
import { approvalCommands, contractCommands, directiveCommands, stepCommands } from './commands.ts'
import { completionMachine } from './completion/machine.ts'
import { contractMachine } from './contract/machine.ts'
import { courierMachine } from './courier/machine.ts'
import { directiveMachine } from './directive/machine.ts'
import { judgeMachine } from './judge/machine.ts'
import { plannerMachine } from './planner/machine.ts'
import { project } from './projection.ts'
import { stepMachine } from './step/machine.ts'

/**
 * Every machine, as the runtime wants it. A directive is the root of its system, a courier the root of another one beside
 * it; the others are the directive's descendants, listed for their charts. `schemas` are the events accepted from outside,
 * to the root and to any actor below it.
 */
export const machines = {
  directive: {
    machine: directiveMachine,
    version: '1',
    schemas: { ...directiveCommands, ...stepCommands, ...contractCommands, ...approvalCommands },
    project,
    immutable: true,
  },
  step: { machine: stepMachine, version: '1' },
  contract: { machine: contractMachine, version: '1' },
  planner: { machine: plannerMachine, version: '1' },
  judge: { machine: judgeMachine, version: '1' },
  agent: { machine: agentMachine, version: '1' },
  completion: { machine: completionMachine, version: '1' },
  approval: { machine: approvalMachine, version: '1' },
  chain: { machine: chainMachine, version: '1' },
  // Nothing is accepted from outside: what it carries comes from its directive.
  courier: { machine: courierMachine, version: '1', schemas: {}, project },
} as const
