import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Repository } from '../directive-file.ts'

/**
 * Two steps, so that verifiers can look at the merged tree before it becomes the tip. Both can be repeated.
 * - `prepare` makes the merge commit (always one, with the trailer `Adjutant-Contract: <contractId>`, also when nothing was
 *   changed) of the delivered commit onto the present tip, without moving the branch.
 * - `publish` compares the branch with `expectedTip` and moves it to the merge commit.
 */
export const MergerInput = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('prepare'),
    directiveId: z.string(),
    contractId: z.string(),
    step: z.string(),
    generation: z.number().int().positive(),
    repository: Repository,
    /** Subject line of the merge commit. */
    title: z.string(),
    /** What was delivered. */
    commit: z.string(),
    /** What it was built on: `tipMoved` tells whether the tip is another one now. */
    baseCommit: z.string(),
  }),
  z.strictObject({
    op: z.literal('publish'),
    directiveId: z.string(),
    contractId: z.string(),
    repository: Repository,
    mergeCommit: z.string(),
    expectedTip: z.string(),
  }),
])
export type MergerInput = z.infer<typeof MergerInput>

export const MergerOutput = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('ready'),
    at: Instant,
    mergeCommit: z.string(),
    tip: z.string(),
    tipMoved: z.boolean(),
  }),
  z.strictObject({ status: z.literal('conflict'), at: Instant, tip: z.string(), files: z.array(z.string()) }),
  /** Answer of `prepare`: the branch already holds this contract's merge commit (found by its trailer). */
  z.strictObject({ status: z.literal('already'), at: Instant, mergeCommit: z.string() }),
  z.strictObject({ status: z.literal('merged'), at: Instant, commit: z.string() }),
  z.strictObject({ status: z.literal('moved'), at: Instant, tip: z.string() }),
])
export type MergerOutput = z.infer<typeof MergerOutput>
