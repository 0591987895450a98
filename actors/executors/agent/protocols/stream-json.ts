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
  objectsIn,
  type Problem,
  type Protocol,
  textIn,
} from '../protocol.ts'

/** What `claude -p --output-format stream-json --verbose` prints (2.1.330). */
export function streamJson(): Protocol {
  const calls = new Map<string, { tool: string; input: Json }>()
  return jsonLines((event): Heard[] => {
    const session = textIn(event, 'session_id')
    const named: Heard[] = session === null ? [] : [{ type: 'session', session }]
    switch (event['type']) {
      case 'assistant':
        return [...named, ...objectsIn(objectIn(event, 'message'), 'content').flatMap((part) => said(part, calls))]
      case 'user':
        return [...named, ...objectsIn(objectIn(event, 'message'), 'content').flatMap((part) => done(part, calls))]
      case 'result':
        return [...named, endedAs(event)]
      default:
        return named
    }
  })
}

function said(part: Json, calls: Map<string, { tool: string; input: Json }>): Heard[] {
  if (part['type'] === 'tool_use') {
    calls.set(String(part['id']), { tool: String(part['name']), input: objectIn(part, 'input') })
    return []
  }
  const text = part['type'] === 'text' ? textIn(part, 'text') : null
  return text === null ? [] : [{ type: 'said', text }]
}

function done(part: Json, calls: Map<string, { tool: string; input: Json }>): Heard[] {
  const call = part['type'] === 'tool_result' ? calls.get(String(part['tool_use_id'])) : undefined
  if (call === undefined) return []
  return [{ type: 'did', mark: markOf(call.tool, call.input), text: described(call.tool, call.input) }]
}

// `subtype: "success"` with `is_error: true` occurs: both must be good.
function endedAs(event: Json): Heard {
  const perRun = event['model_usage_since_last_result']
  const usage = objectIn(event, perRun === undefined ? 'modelUsage' : 'model_usage_since_last_result')
  const good = event['subtype'] === 'success' && event['is_error'] === false
  return {
    type: 'ended',
    problem: good ? null : problemOf(event),
    text: textIn(event, 'result'),
    costs: costsOf(usage, event),
    // A resumed session goes on counting from where it was.
    spentSince: perRun === undefined ? 'session' : 'run',
  }
}

function problemOf(event: Json): Problem {
  const subtype = textIn(event, 'subtype') ?? 'no subtype'
  const errors = Array.isArray(event['errors']) ? event['errors'].filter((error) => typeof error === 'string') : []
  const words = [textIn(event, 'result'), ...errors].filter((text) => text !== null).join('; ')
  const code = subtype.startsWith('error_max_') ? 'executor.exhausted' : 'executor.errored'
  return { code, reason: `it reported ${subtype === 'success' ? 'an error' : subtype}${words ? `: ${words}` : ''}` }
}

function costsOf(usage: Json, event: Json): Cost[] {
  const models = Object.keys(usage)
  if (models.length === 0 && numberIn(event, 'total_cost_usd') > 0)
    return [{ model: null, tokens: noTokens, usd: numberIn(event, 'total_cost_usd'), source: 'reported' }]
  return models.map((model) => {
    const used = objectIn(usage, model)
    const cached = countIn(used, 'cacheReadInputTokens')
    return {
      model,
      tokens: {
        in: countIn(used, 'inputTokens') + cached + countIn(used, 'cacheCreationInputTokens'),
        out: countIn(used, 'outputTokens'),
        cached,
        reasoning: countIn(used, 'thinkingTokens'),
      },
      ...dollars(used),
    }
  })
}

const noTokens = { in: 0, out: 0, cached: 0, reasoning: 0 }

// For a model that is not in its list it takes some other model's price, and says so.
const dollars = (used: Json): Pick<Cost, 'usd' | 'source'> =>
  typeof used['costUSD'] !== 'number'
    ? { usd: null, source: 'unknown' }
    : {
        usd: withoutNoise(numberIn(used, 'costUSD')),
        source: used['costBasis'] === 'unknown' ? 'estimated' : 'reported',
      }

// It adds floating-point numbers up: 0.009000000000000001.
const withoutNoise = (usd: number): number => Number(usd.toFixed(9))
