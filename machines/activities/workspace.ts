import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Repository } from '../directive-file.ts'

/**
 * Makes, or finds again, the contract's own place to work. Idempotent by `contractId` and `attempt`.
 * With a repository: a git worktree on branch `adjutant/<directiveId>/steps/<step>-g<generation>`, first made at the tip
 * of `adjutant/<directiveId>/result` (which is made at `baseRef` when missing). Without one: a plain scratch folder.
 */
export const WorkspaceInput = z.strictObject({
  directiveId: z.string(),
  /** `<directiveId>.<step>-g<generation>`: unique, safe as a file name. */
  contractId: z.string(),
  step: z.string(),
  generation: z.number().int().positive(),
  /** The contract's attempt, from 1. */
  attempt: z.number().int().positive(),
  repository: Repository.nullable(),
  /** True after a merge conflict: this attempt starts from the result branch's present tip instead of its old work. */
  freshBase: z.boolean(),
})
export type WorkspaceInput = z.infer<typeof WorkspaceInput>

export const Workspace = z.strictObject({
  path: z.string(),
  branch: z.string().nullable(),
  baseCommit: z.string().nullable(),
})
export type Workspace = z.infer<typeof Workspace>

export const WorkspaceOutput = z.strictObject({
  at: Instant,
  ...Workspace.shape,
  /** null: nothing to set up. `ok: false` does not stop the work: verifiers will be unavailable, and say why. */
  setup: z.strictObject({ ok: z.boolean(), outputTail: z.string() }).nullable(),
})
export type WorkspaceOutput = z.infer<typeof WorkspaceOutput>
