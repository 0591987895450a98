import type { Samples } from '../../../runtime/testing/index.ts'
import { dated } from './values.ts'

const input = {
  id: 'd:approval-1',
  type: 'step_review',
  question: 'Accept it?',
  facts: {},
  choices: ['accept'],
  choicesWithChain: [],
  choicesWithReason: [],
  allowsChanges: true,
  urgency: 'medium',
  requestedAt: 0,
  expiresAt: null,
  executors: ['command:d.one-g1'],
}

export const approval: Samples = {
  inputs: { undated: input, dated: { ...input, expiresAt: 60_000 } },
  events: dated(() => [
    { type: 'approval.approve', by: 'command:d.one-g1' },
    { type: 'approval.approve', by: 'anna' },
    { type: 'approval.request_changes', by: 'anna', comment: 'no' },
    { type: 'approval.deny', by: 'anna' },
    { type: 'approval.withdraw' },
  ]),
}
