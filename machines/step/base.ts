import { setup } from 'xstate'
import type {
  DetectorInput,
  DetectorOutput,
  MergerInput,
  MergerOutput,
  VerifierInput,
  VerifierOutput,
} from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { approvalMachine } from '../approval/machine.ts'
import { contractMachine } from '../contract/machine.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import { judgeMachine } from '../judge/machine.ts'
import type { StepContext, StepEvent, StepInput } from './schema.ts'

export const base = setup({
  types: {
    context: {} as StepContext,
    events: {} as StepEvent,
    input: {} as StepInput,
    emitted: {} as EmittedEvent,
  },
  actors: {
    contract: contractMachine,
    approval: approvalMachine,
    judge: judgeMachine,
    detector: activity<DetectorOutput, DetectorInput>('detector'),
    verifier: activity<VerifierOutput, VerifierInput>('verifier'),
    merger: activity<MergerOutput, MergerInput>('merger'),
  },
})

export const system = { type: 'system', id: 'adjutant' } as const
export const place = ({ chainId, id }: StepContext) => ({ chainId, stepId: id })
