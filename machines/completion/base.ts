import { setup } from 'xstate'
import type { ModelInput, ModelOutput } from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { approvalMachine } from '../approval/machine.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import type { CompletionContext, CompletionEvent, CompletionInput } from './schema.ts'

export const base = setup({
  types: {
    context: {} as CompletionContext,
    events: {} as CompletionEvent,
    input: {} as CompletionInput,
    emitted: {} as EmittedEvent,
  },
  actors: {
    model: activity<ModelOutput, ModelInput>('model'),
    approval: approvalMachine,
  },
})
