import type { Samples } from '../../../runtime/testing/index.ts'
import { answer, content, cost, dated, done, failed, passedOn } from './values.ts'

const input = {
  directiveId: 'd',
  address: 'one-g1/contract/agent/completion',
  purpose: 'agent',
  ledger: { step: 'one', attempt: 1 },
  place: {},
  executors: [],
  models: ['one', 'two'],
  prices: { one: { in: 1, out: 2 }, two: null },
  conversation: content,
  append: [],
  tokens: 10,
  maxOutputTokens: 20,
  timeoutMs: 1000,
  onRateLimit: 'ask',
  at: 0,
}

export const completion: Samples = {
  inputs: {
    asks: input,
    parks: { ...input, onRateLimit: 'park' },
    'gives up': { ...input, onRateLimit: 'fail' },
    'has no model': { ...input, models: [] },
  },
  events: dated(({ now }) => [
    { type: 'budget.granted', usd: 1 },
    { type: 'budget.refused', code: 'model.price_unknown', reason: 'no price' },
    done('model', {
      outcome: 'answered',
      answer: { model: 'one', text: 'yes', toolCalls: [], finish: 'stop' },
      costs: [cost(0.1)],
      durationMs: 5,
    }),
    done('model', { outcome: 'limited', resetAt: now + 5000, reason: 'too many', costs: [] }),
    done('model', { outcome: 'failed', code: 'model.unknown', reason: 'no such model', costs: [cost(null)] }),
    failed('model'),
    passedOn[2]!,
    ...[answer('approved', 'wait'), answer('approved', 'next_model'), answer('denied')].map((given) => ({
      type: 'approval.resolved',
      id: 'd:x:approval-1',
      answer: given,
    })),
  ]),
  facts: ({ left, parks, costs }) => [left, parks > 0, Math.min(3, costs.length)],
}
