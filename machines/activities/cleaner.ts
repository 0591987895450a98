import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Repository } from '../directive-file.ts'

/** Removes what a finished directive no longer needs: checkouts, and worktrees whose work is merged. Never unmerged work. */
export const CleanerInput = z.strictObject({ directiveId: z.string(), repository: Repository.nullable() })
export type CleanerInput = z.infer<typeof CleanerInput>

export const CleanerOutput = z.strictObject({
  at: Instant,
  removed: z.array(z.string()),
  kept: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
})
export type CleanerOutput = z.infer<typeof CleanerOutput>
