import type { Cost, Price, Prices } from '../../machines/index.ts'
import { providerOf, type ModelAccess, type PriceRule } from './access.ts'
import { priceTable } from './price-table.ts'

/** What each model costs at an instant. null: nobody said, which is not zero. */
export const pricesOf = (access: ModelAccess, models: readonly string[], at: number): Prices =>
  Object.fromEntries(models.map((model) => [model, priceOf(access, model, at)]))

/** The user's rules go before the table; among each, the longest name and then the latest day that has come. */
export function priceOf(access: ModelAccess, model: string, at: number): Price | null {
  const asked = providerOf(access, model)
  const listed = priceTable[new URL(asked.provider.baseUrl).hostname] ?? []
  const rule =
    latest(access.prices, at, ({ model: name }) => covers(name, model)) ??
    latest(listed, at, ({ model: name }) => name === withoutDate(asked.model))
  if (!rule) return null
  return { in: rule.in, out: rule.out, ...(rule.cached !== undefined && { cached: rule.cached }) }
}

/** US dollars. `in` and `out` hold cached and reasoning tokens as parts. */
export function dollarsFor(tokens: Cost['tokens'], price: Price): number {
  const cached = Math.min(tokens.cached, tokens.in)
  return ((tokens.in - cached) * price.in + cached * (price.cached ?? price.in) + tokens.out * price.out) / 1_000_000
}

function latest(rules: readonly PriceRule[], at: number, fits: (rule: PriceRule) => boolean): PriceRule | undefined {
  const now = new Date(at).toISOString().slice(0, 10)
  return rules
    .filter((rule) => rule.since <= now && fits(rule))
    .sort((a, b) => b.model.length - a.model.length || b.since.localeCompare(a.since))[0]
}

const covers = (name: string, model: string) =>
  name.endsWith('*') ? model.startsWith(name.slice(0, -1)) : name === model

/** `gpt-5-2025-08-07` and `claude-haiku-4-5-20251001` cost what the name without the day costs. */
const withoutDate = (model: string) => model.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, '')
