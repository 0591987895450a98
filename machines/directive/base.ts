import { setup } from 'xstate'
import type {
  CleanerInput,
  CleanerOutput,
  DetectorInput,
  DetectorOutput,
  PlannerInput,
  PlannerOutput,
  PublisherInput,
  PublisherOutput,
  VerifierInput,
  VerifierOutput,
} from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { approvalMachine } from '../approval/machine.ts'
import { chainMachine } from '../chain/machine.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import { judgeMachine } from '../judge/machine.ts'
import { plannerMachine } from '../planner/machine.ts'
import { stepMachine } from '../step/machine.ts'
import type { DirectiveContext, DirectiveEvent, DirectiveInput } from './schema.ts'

export const base = setup({
  types: {
    context: {} as DirectiveContext,
    events: {} as DirectiveEvent,
    input: {} as DirectiveInput,
    emitted: {} as EmittedEvent,
  },
  actors: {
    step: stepMachine,
    approval: approvalMachine,
    chain: chainMachine,
    judge: judgeMachine,
    /** Where a model plans; `planner` is for those who need none. */
    modelPlanner: plannerMachine,
    planner: activity<PlannerOutput, PlannerInput>('planner'),
    detector: activity<DetectorOutput, DetectorInput>('detector'),
    verifier: activity<VerifierOutput, VerifierInput>('verifier'),
    publisher: activity<PublisherOutput, PublisherInput>('publisher'),
    cleaner: activity<CleanerOutput, CleanerInput>('cleaner'),
  },
})

export const system = { type: 'system', id: 'adjutant' } as const
export const place = ({ chainId }: DirectiveContext) => (chainId === null ? {} : { chainId })

/** Who a command comes from, for what is emitted because of it. */
export const originator = (event: DirectiveEvent) => {
  const { by } = event as { by?: string }
  return by === undefined ? system : ({ type: 'user', id: by } as const)
}
