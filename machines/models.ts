import { z } from 'zod'

/** `<provider>/<model>` where a provider of that name is configured, else a model of the default provider. */
export const ModelName = z.string().min(1).max(200)
export type ModelName = z.infer<typeof ModelName>

/** One model, or the one that is wanted and those to fall back on, in order. */
export const ModelList = z.union([ModelName, z.array(ModelName).min(1).max(5)])
export type ModelList = z.infer<typeof ModelList>

export const listOf = <T extends ModelList | undefined>(models: T): string[] | Extract<T, undefined> =>
  (typeof models === 'string' ? [models] : models) as string[] | Extract<T, undefined>

/** What the provider's rate limit leads to: wait until it resets, ask a person, or give up. */
export const RateLimitPolicy = z.enum(['park', 'ask', 'fail'])
export type RateLimitPolicy = z.infer<typeof RateLimitPolicy>

/** Which models a directive uses; what is not given comes from the process that creates it. */
export const ModelChoice = z.strictObject({
  planner: ModelList.optional(),
  /** For executors of kind `model`. */
  agent: ModelList.optional(),
  /** Best another one than the agent's. */
  judge: ModelList.optional(),
  onRateLimit: RateLimitPolicy.default('park'),
})
export type ModelChoice = z.infer<typeof ModelChoice>

/** The models of a directive with the defaults applied, fixed when it is created; an empty list: none is configured. */
export const Models = z.strictObject({
  planner: z.array(ModelName),
  agent: z.array(ModelName),
  judge: z.array(ModelName),
})
export type Models = z.infer<typeof Models>

/** US dollars for a million tokens. */
export const Price = z.strictObject({
  in: z.number().nonnegative(),
  out: z.number().nonnegative(),
  /** Input read from the provider's cache; default: as `in`. */
  cached: z.number().nonnegative().optional(),
})
export type Price = z.infer<typeof Price>

/** By model; null: the price table has none, so what a call costs is unknown, which is not zero. */
export const Prices = z.record(ModelName, Price.nullable())
export type Prices = z.infer<typeof Prices>

/** The models of a directive: what its file names, over what the process that creates it has. */
export const modelsFor = (choice: ModelChoice | undefined, defaults: Models): Models => ({
  planner: listOf(choice?.planner) ?? defaults.planner,
  agent: listOf(choice?.agent) ?? defaults.agent,
  judge: listOf(choice?.judge) ?? defaults.judge,
})
