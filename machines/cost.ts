import { z } from 'zod'

export const Tokens = z.strictObject({
  in: z.number().int().nonnegative().default(0),
  out: z.number().int().nonnegative().default(0),
  cached: z.number().int().nonnegative().default(0),
  reasoning: z.number().int().nonnegative().default(0),
})
export type Tokens = z.infer<typeof Tokens>

/** A cost as an activity reports it. `usd: null` with source `unknown` is unknown, which is not zero. */
export const Cost = z.strictObject({
  model: z.string().nullable().default(null),
  tokens: Tokens.default({ in: 0, out: 0, cached: 0, reasoning: 0 }),
  usd: z.number().nonnegative().nullable(),
  source: z.enum(['reported', 'estimated', 'unknown']),
})
export type Cost = z.infer<typeof Cost>

/** The ledger's line: a cost and what it was for. `step` null: the directive itself (planning, final review). */
export const LedgerEntry = z.strictObject({
  ...Cost.shape,
  directive: z.string(),
  step: z.string().nullable(),
  activity: z.string(),
  attempt: z.number().int().positive(),
})
export type LedgerEntry = z.infer<typeof LedgerEntry>

export const costOf = ({ model, tokens, usd, source }: LedgerEntry): Cost => ({ model, tokens, usd, source })
