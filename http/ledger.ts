import { OpenAPIHono } from '@hono/zod-openapi'
import type { LedgerEntry } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { LedgerAnswer } from './answers/ledger.ts'
import { route } from './documented.ts'
import { wholeSystem } from './page.ts'
import { directiveIdIn } from './steps.ts'

const documentation = {
  summary: 'Every cost, and what they come to',
  answer: LedgerAnswer,
  problems: { 404: ['system.not_found'] },
}

/** Mounted at `/v1/directives/:id/ledger`. */
export function ledger(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  route(app, 'get', '/', documentation, async (c) => {
    const id = directiveIdIn(c)
    const rows = await runtime.list('cost', { systemId: id, limit: wholeSystem })
    if (rows.length === 0) await runtime.snapshot(id)
    const entries = rows.map(({ data }) => data as LedgerEntry)
    return c.json({ entries, totals: totalsOf(entries) })
  })
  return app
}

function totalsOf(entries: readonly LedgerEntry[]) {
  const totals = {
    costUsd: 0,
    unknownCosts: 0,
    tokens: { in: 0, out: 0, cached: 0, reasoning: 0 },
    byModel: {} as Record<string, number>,
    byStep: {} as Record<string, number>,
  }
  for (const { usd, tokens, model, step } of entries) {
    if (usd === null) totals.unknownCosts++
    totals.costUsd = cents(totals.costUsd + (usd ?? 0))
    for (const kind of ['in', 'out', 'cached', 'reasoning'] as const) totals.tokens[kind] += tokens[kind]
    totals.byModel[model ?? ''] = cents((totals.byModel[model ?? ''] ?? 0) + (usd ?? 0))
    totals.byStep[step ?? ''] = cents((totals.byStep[step ?? ''] ?? 0) + (usd ?? 0))
  }
  return totals
}

// Six digits, as the directive's own total: a sum of cents must not drift by binary fractions.
const cents = (usd: number) => Number(usd.toFixed(6))
