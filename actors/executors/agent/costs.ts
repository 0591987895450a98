import type { Cost } from '../../../machines/index.ts'
import { dollarsFor, type ModelAccess, pricesOf } from '../../model/index.ts'

type Tokens = Cost['tokens']

/** What is more in `now` than in `before`. A count that went down has begun anew: then all of it is new. */
export function since(before: readonly Cost[], now: readonly Cost[]): Cost[] {
  return now.map((cost) => {
    const known = before.find(({ model }) => model === cost.model)
    if (known === undefined || isLess(cost, known)) return cost
    const tokens = mapTokens((key) => cost.tokens[key] - known.tokens[key])
    return { ...cost, tokens, usd: cost.usd === null || known.usd === null ? cost.usd : cost.usd - known.usd }
  })
}

const isLess = (cost: Cost, known: Cost): boolean =>
  cost.tokens.in < known.tokens.in || cost.tokens.out < known.tokens.out || (cost.usd ?? 0) < (known.usd ?? 0)

const mapTokens = (of: (key: keyof Tokens) => number): Tokens => ({
  in: of('in'),
  out: of('out'),
  cached: Math.max(0, of('cached')),
  reasoning: Math.max(0, of('reasoning')),
})

/** Costs with dollars where the agent named none and the price table has the model at that address. */
export const priced = (costs: readonly Cost[], access: ModelAccess, baseUrl: string | null, at: number): Cost[] =>
  costs.map((cost) => {
    if (cost.usd !== null || cost.model === null) return cost
    const asked = baseUrl === null ? access : { ...access, provider: { ...access.provider, baseUrl } }
    const price = pricesOf(asked, [cost.model], at)[cost.model] ?? null
    return price === null ? cost : { ...cost, usd: dollarsFor(cost.tokens, price), source: 'estimated' }
  })
