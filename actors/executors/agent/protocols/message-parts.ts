import type { Cost } from '../../../../machines/index.ts'
import {
  countIn,
  described,
  type Heard,
  type Json,
  jsonLines,
  markOf,
  numberIn,
  objectIn,
  type Problem,
  type Protocol,
  textIn,
} from '../protocol.ts'

/** What `opencode run --format json` prints (1.18.33): parts of messages, and what each step cost. */
export function messageParts(model: string | null): Protocol {
  const cost: Cost = { model, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: 0, source: 'reported' }
  let last: string | null = null
  const ended = (problem: Problem | null): Heard[] => [
    { type: 'ended', problem, text: last, costs: cost.tokens.in > 0 ? [knownOrNot(cost)] : [], spentSince: 'run' },
  ]
  const hearPart = (event: Json, part: Json): Heard[] => {
    if (event['type'] === 'text') {
      last = textIn(part, 'text') ?? last
      return last === null ? [] : [{ type: 'said', text: last }]
    }
    if (event['type'] === 'tool_use') return doneOf(part)
    if (event['type'] !== 'step_finish') return []
    add(cost, part)
    const reason = textIn(part, 'reason')
    if (reason === 'tool-calls') return []
    if (reason === 'stop') return ended(null)
    return ended({ code: 'executor.errored', reason: `it stopped: ${reason ?? 'no reason given'}` })
  }
  return jsonLines((event) => {
    const session = textIn(event, 'sessionID')
    const named: Heard[] = session === null ? [] : [{ type: 'session', session }]
    if (event['type'] !== 'error') return [...named, ...hearPart(event, objectIn(event, 'part'))]
    const error = objectIn(event, 'error')
    const words = textIn(objectIn(error, 'data'), 'message') ?? textIn(error, 'name') ?? 'no message'
    return [...named, ...ended({ code: 'executor.errored', reason: `it reported an error: ${words}` })]
  })
}

function doneOf(part: Json): Heard[] {
  const state = objectIn(part, 'state')
  if (state['status'] !== 'completed' && state['status'] !== 'error') return []
  const tool = String(part['tool'])
  const input = objectIn(state, 'input')
  return [{ type: 'did', mark: markOf(tool, input), text: described(tool, input) }]
}

function add(cost: Cost, part: Json) {
  const tokens = objectIn(part, 'tokens')
  const cache = objectIn(tokens, 'cache')
  const cached = countIn(cache, 'read')
  cost.tokens.in += countIn(tokens, 'input') + cached + countIn(cache, 'write')
  cost.tokens.out += countIn(tokens, 'output') + countIn(tokens, 'reasoning')
  cost.tokens.cached += cached
  cost.tokens.reasoning += countIn(tokens, 'reasoning')
  cost.usd = (cost.usd ?? 0) + numberIn(part, 'cost')
}

// It says 0 for a model whose price it does not know.
const knownOrNot = (cost: Cost): Cost => (cost.usd === 0 ? { ...cost, usd: null, source: 'unknown' } : { ...cost })
