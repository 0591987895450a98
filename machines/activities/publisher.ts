import { z } from 'zod'
import { Instant } from '../argv.ts'
import { Repository } from '../directive-file.ts'
import { Evaluation } from '../evaluation/schema.ts'
import { PullRequest } from '../notification.ts'

/** Pushes the result branch and makes a draft pull request; found again by its branch, so never made twice. */
export const PublisherInput = z.strictObject({
  directiveId: z.string(),
  title: z.string(),
  goal: z.string(),
  repository: Repository,
  branch: z.string(),
  pullRequest: PullRequest,
  evaluation: Evaluation,
  steps: z.array(z.strictObject({ name: z.string(), level: z.string(), score: z.number(), summary: z.string() })),
  costUsd: z.number(),
  unknownCosts: z.number().int(),
})
export type PublisherInput = z.infer<typeof PublisherInput>

export const PublisherOutput = z.strictObject({
  at: Instant,
  url: z.string(),
  number: z.number().int().nullable(),
  commit: z.string(),
  /** False: it was there already. */
  created: z.boolean(),
})
export type PublisherOutput = z.infer<typeof PublisherOutput>
