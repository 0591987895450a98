import { z } from 'zod'
import { Executor } from '../executor.ts'
import { VerifierConfig } from '../verifier.ts'

/**
 * What a model may choose from when it plans, by name. It never writes a command, an argument or the name of an
 * environment variable itself: whatever a text in the repository makes it answer, nothing starts that is not listed here.
 */
export const PlanMenu = z.strictObject({
  executors: z.record(z.string(), Executor),
  /** Beside `auto`: those that a person configured. */
  verifiers: z.array(VerifierConfig),
})
export type PlanMenu = z.infer<typeof PlanMenu>
