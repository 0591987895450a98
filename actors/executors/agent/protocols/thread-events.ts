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

/** What `codex exec --json` prints (0.169.0): a thread with turns, a turn with items. It tells tokens, never dollars. */
export function threadEvents(model: string | null): Protocol {
  let last: string | null = null
  let trouble: string | null = null
  const ended = (problem: string | null, event: Json): Heard => ({
    type: 'ended',
    problem: problem === null ? null : { code: 'executor.errored', reason: `it reported an error: ${problem}` },
    text: last,
    costs: [{ model, tokens: tokensIn(objectIn(event, 'usage')), usd: null, source: 'unknown' }],
    // Of the whole thread, also when it was resumed.
    spentSince: 'session',
  })
  return jsonLines((event): Heard[] => {
    switch (event['type']) {
      case 'thread.started': {
        const session = textIn(event, 'thread_id')
        return session === null ? [] : [{ type: 'session', session }]
      }
      case 'item.completed': {
        const item = objectIn(event, 'item')
        if (item['type'] === 'agent_message') last = textIn(item, 'text') ?? last
        return heardOf(item)
      }
      case 'error':
        trouble = textIn(event, 'message') ?? 'no message'
        return [{ type: 'said', text: trouble }]
      case 'turn.failed':
        return [ended(textIn(objectIn(event, 'error'), 'message') ?? trouble ?? 'no message', event)]
      case 'turn.completed':
        return [ended(null, event)]
      default:
        return []
    }
  })
}

const words = ['agent_message', 'reasoning', 'error', 'todo_list']

function heardOf({ id: _id, type: kind, status, aggregated_output: _output, ...item }: Json): Heard[] {
  const type = String(kind)
  if (!words.includes(type))
    return [{ type: 'did', mark: markOf(type, item, status === 'failed'), text: described(nameOf(type), item) }]
  const text = textIn(item, 'text') ?? textIn(item, 'message')
  return text === null ? [] : [{ type: 'said', text }]
}

const nameOf = (type: string) => (type === 'command_execution' ? '$' : type)

const tokensIn = (usage: Json) => ({
  in: countIn(usage, 'input_tokens'),
  out: countIn(usage, 'output_tokens'),
  cached: countIn(usage, 'cached_input_tokens'),
  reasoning: countIn(usage, 'reasoning_output_tokens'),
})
