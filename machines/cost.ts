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
  /** What it was for; or why it is unknown. */
  note: z.string().max(500).optional(),
})
export type Cost = z.infer<typeof Cost>

/** A cost as an executor tells it. `usd` null: it does not know. */
export const ReportedCost = Cost.extend({ source: Cost.shape.source.optional() })
export type ReportedCost = z.infer<typeof ReportedCost>

/**
 * What an attempt has spent, from its entry number `from` on (the first is 0), in order. Entries that are told twice count
 * once: whoever is not sure of having been heard tells them again, or all of them from the beginning.
 */
export const Spending = z.strictObject({
  from: z.number().int().nonnegative().default(0),
  costs: z.array(ReportedCost).max(500),
})
export type Spending = z.infer<typeof Spending>

/** Of what was told, what is new when `counted` entries are known already. */
export const costsBeyond = (counted: number, { from, costs }: Spending): Cost[] =>
  costs
    .slice(Math.max(0, counted - from))
    .map((cost) => ({ ...cost, source: cost.source ?? (cost.usd === null ? 'unknown' : 'reported') }))

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
