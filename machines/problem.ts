import { z } from 'zod'

/** One mistake in what a person or a planner wrote. */
export const Problem = z.strictObject({
  /** Stable, `noun.problem`: `chain.cyclic`, `step.unknown_dependency`. */
  code: z.string(),
  /** Where, from the top of the file: `['chain', 'steps', 2, 'dependsOn', 0]`. */
  path: z.array(z.union([z.string(), z.number()])),
  message: z.string(),
  /** What was probably meant. */
  suggestion: z.string().optional(),
})
export type Problem = z.infer<typeof Problem>

/** Problems as one line for people, at most 2,000 characters. */
export const wordsOf = (problems: readonly Problem[]): string =>
  problems
    .slice(0, 20)
    .map(({ message, suggestion }) => (suggestion ? `${message} (${suggestion})` : message))
    .join('; ')
    .slice(0, 2000)
