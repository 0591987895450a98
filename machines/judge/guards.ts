import { isAnswered, mayAskAgain } from '../completion/asking.ts'
import type { JudgeContext, JudgeEvent } from './schema.ts'

type Scope = { context: JudgeContext; event: JudgeEvent }

export const guards = {
  isAnswered: ({ event }: Scope) => isAnswered(event),
  isSound: ({ context }: Scope) => context.problems.length === 0,
  mayAskAgain: ({ context }: Scope) => mayAskAgain(context),
  isReadable: ({ context }: Scope) => context.verdicts !== null,
}
