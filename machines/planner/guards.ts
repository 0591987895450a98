import { isAnswered, mayAskAgain } from '../completion/asking.ts'
import type { PlannerContext, PlannerEvent } from './schema.ts'

type Scope = { context: PlannerContext; event: PlannerEvent }

export const guards = {
  isAnswered: ({ event }: Scope) => isAnswered(event),
  isSound: ({ context }: Scope) => context.problems.length === 0,
  mayAskAgain: ({ context }: Scope) => mayAskAgain(context),
}
