import type { Cost } from '../../../../machines/index.ts'
import {
  countIn,
  described,
  type Heard,
  type Json,
  jsonLines,
  markOf,
  objectIn,
  type Protocol,
  textIn,
} from '../protocol.ts'

/** What `gemini -o stream-json` prints (0.61.0). It tells tokens, never dollars. */
export function geminiEvents(): Protocol {
  const calls = new Map<string, { tool: string; input: Json }>()
  let words = ''
  return jsonLines((event): Heard[] => {
    switch (event['type']) {
      case 'init': {
        const session = textIn(event, 'session_id')
        return session === null ? [] : [{ type: 'session', session }]
      }
      case 'message': {
        if (event['role'] !== 'assistant') return []
        const text = typeof event['content'] === 'string' ? event['content'] : ''
        words = event['delta'] === true ? words + text : text
        return text.trim() === '' ? [] : [{ type: 'said', text }]
      }
      case 'tool_use':
        // What it says after its last call is its answer.
        words = ''
        calls.set(String(event['tool_id']), { tool: String(event['tool_name']), input: objectIn(event, 'parameters') })
        return []
      case 'tool_result':
        return doneOf(calls.get(String(event['tool_id'])))
      case 'error':
        return [{ type: 'said', text: textIn(event, 'message') ?? 'an error without words' }]
      case 'result':
        return [endedAs(event, words)]
      default:
        return []
    }
  })
}

const doneOf = (call: { tool: string; input: Json } | undefined): Heard[] =>
  call === undefined
    ? []
    : [{ type: 'did', mark: markOf(call.tool, call.input), text: described(call.tool, call.input) }]

function endedAs(event: Json, words: string): Heard {
  const error = textIn(objectIn(event, 'error'), 'message')
  const good = event['status'] === 'success' && error === null
  return {
    type: 'ended',
    problem: good ? null : { code: 'executor.errored', reason: `it reported an error: ${error ?? 'no message'}` },
    text: words.trim() || null,
    costs: costsOf(objectIn(objectIn(event, 'stats'), 'models')),
    spentSince: 'run',
  }
}

const costsOf = (models: Json): Cost[] =>
  Object.keys(models).map((model) => {
    const used = objectIn(models, model)
    const [all, input, output] = ['total_tokens', 'input_tokens', 'output_tokens'].map((key) => countIn(used, key)) as [
      number,
      number,
      number,
    ]
    // Thoughts are in neither, and are paid for as output.
    const reasoning = Math.max(0, all - input - output)
    return {
      model,
      tokens: { in: input, out: output + reasoning, cached: countIn(used, 'cached'), reasoning },
      usd: null,
      source: 'unknown',
    }
  })
