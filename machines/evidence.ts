import { z } from 'zod'

/** What an executor delivers, as far as it can be known without believing it: files and commit come from git. */
export const Evidence = z.strictObject({
  /** Commit on the contract's branch; null without a repository. May equal the base when nothing was changed. */
  commit: z.string().nullable(),
  /** Paths changed since the base, relative, sorted; at most 2,000. */
  modifiedFiles: z.array(z.string()).max(2000),
  /** How many more there are. More than none counts as tampering: it cannot be ruled out. */
  modifiedFilesOmitted: z.number().int().nonnegative().default(0),
  diffStat: z.strictObject({
    files: z.number().int().nonnegative(),
    insertions: z.number().int().nonnegative(),
    deletions: z.number().int().nonnegative(),
  }),
  /** The executor's own words, at most 4 kB. */
  summary: z.string(),
  /** The coding agent that did it. `version` null: it does not tell. */
  agent: z.strictObject({ preset: z.string(), version: z.string().nullable() }).optional(),
  /** Who brought it, where that was not we: `worker:<name>`, or the person's name. */
  by: z.string().optional(),
  /** What was wrong with what the executor left, where that is no reason to fail. */
  notes: z.array(z.string()).optional(),
  /** Files left in the outbox. `path` is absolute. */
  artifacts: z.array(z.strictObject({ name: z.string(), path: z.string(), bytes: z.number().int().nonnegative() })),
  /** The whole output lies in a file; here only its end, at most 4 kB. */
  logs: z.strictObject({ path: z.string().nullable(), bytes: z.number().int().nonnegative(), tail: z.string() }),
})
export type Evidence = z.infer<typeof Evidence>
