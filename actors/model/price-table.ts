import type { PriceRule } from './access.ts'

type Row = [model: string, input: number, output: number, cached: number | undefined, since: string]

const table = (source: string, rows: Row[]): PriceRule[] =>
  rows.map(([model, input, output, cached, since]) => ({
    model,
    in: input,
    out: output,
    ...(cached !== undefined && { cached }),
    since,
    source,
  }))

/**
 * List prices by the provider's host, in US dollars for a million tokens, as known in February 2026. They hold at that
 * host only: resellers have prices of their own. Where a long context costs more, the higher price stands here.
 */
export const priceTable: Record<string, PriceRule[]> = {
  'api.openai.com': table('https://platform.openai.com/docs/pricing', [
    ['gpt-4o', 2.5, 10, 1.25, '2024-10-02'],
    ['gpt-4o-mini', 0.15, 0.6, 0.075, '2024-07-18'],
    ['gpt-4.1', 2, 8, 0.5, '2025-04-14'],
    ['gpt-4.1-mini', 0.4, 1.6, 0.1, '2025-04-14'],
    ['gpt-4.1-nano', 0.1, 0.4, 0.025, '2025-04-14'],
    ['o3', 2, 8, 0.5, '2025-06-10'],
    ['o4-mini', 1.1, 4.4, 0.275, '2025-04-16'],
    ['gpt-5', 1.25, 10, 0.125, '2025-08-07'],
    ['gpt-5-mini', 0.25, 2, 0.025, '2025-08-07'],
    ['gpt-5-nano', 0.05, 0.4, 0.005, '2025-08-07'],
    ['gpt-5-codex', 1.25, 10, 0.125, '2025-09-23'],
    ['gpt-5.1', 1.25, 10, 0.125, '2025-11-13'],
    ['gpt-5.1-codex', 1.25, 10, 0.125, '2025-11-13'],
    ['gpt-5.2', 1.75, 14, 0.175, '2025-12-11'],
    ['gpt-5.2-pro', 21, 168, undefined, '2025-12-11'],
  ]),
  'api.anthropic.com': table('https://docs.anthropic.com/en/docs/about-claude/pricing', [
    ['claude-opus-4-1', 15, 75, 1.5, '2025-08-05'],
    ['claude-sonnet-4-5', 6, 22.5, 0.6, '2025-09-29'],
    ['claude-haiku-4-5', 1, 5, 0.1, '2025-10-15'],
    ['claude-opus-4-5', 5, 25, 0.5, '2025-11-24'],
  ]),
  'generativelanguage.googleapis.com': table('https://ai.google.dev/gemini-api/docs/pricing', [
    ['gemini-2.5-pro', 2.5, 15, 0.25, '2025-06-17'],
    ['gemini-2.5-flash', 0.3, 2.5, 0.03, '2025-06-17'],
    ['gemini-2.5-flash-lite', 0.1, 0.4, 0.01, '2025-07-22'],
    ['gemini-3-pro-preview', 4, 18, 0.4, '2025-11-18'],
    ['gemini-3-flash-preview', 0.5, 3, 0.05, '2025-12-17'],
  ]),
  'api.deepseek.com': table('https://api-docs.deepseek.com/quick_start/pricing', [
    ['deepseek-chat', 0.28, 0.42, 0.028, '2025-09-29'],
    ['deepseek-reasoner', 0.28, 0.42, 0.028, '2025-09-29'],
  ]),
}
