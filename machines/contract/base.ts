import { setup } from 'xstate'
import type { ContractorInput, ContractorOutput, WorkspaceInput, WorkspaceOutput } from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { agentMachine } from '../agent/machine.ts'
import type { LedgerEntry } from '../cost.ts'
import type { EmittedEvent, Originator } from '../emitted-event.ts'
import type { ContractContext, ContractEvent, ContractInput } from './schema.ts'

export const base = setup({
  types: {
    context: {} as ContractContext,
    events: {} as ContractEvent,
    input: {} as ContractInput,
    emitted: {} as EmittedEvent,
  },
  actors: {
    workspace: activity<WorkspaceOutput, WorkspaceInput>('workspace'),
    contractor: activity<ContractorOutput, ContractorInput>('contractor'),
    agent: agentMachine,
  },
})

export const place = ({ chainId, stepId }: ContractContext) => ({ chainId, stepId })
/** Who does the work, as events tell it. */
export const worker = ({ executedBy, lease, handover, terms }: ContractContext): Originator => {
  if (lease) return { type: 'worker', id: lease.worker }
  if (terms.executor.kind === 'human') return { type: 'user', id: handover?.by ?? 'user' }
  return { type: 'agent', id: executedBy }
}

type Emitting = { readonly emit: (event: EmittedEvent) => void }

export const announceCosts = (context: ContractContext, entries: readonly LedgerEntry[], enqueue: Emitting): void => {
  for (const entry of entries) {
    const usd = entry.usd === null ? 'an unknown amount' : `$${entry.usd}`
    enqueue.emit({
      type: 'cost.incurred',
      severity: 'info',
      actor: worker(context),
      ...place(context),
      data: {
        message: `${usd} for ${entry.activity} of ${entry.step}${entry.note ? `: ${entry.note}` : ''}`,
        ...entry,
      },
    })
  }
}
