// Plays a coding agent that charges for its work: what it says last is what it did and what that cost.
import { text } from 'node:stream/consumers'

const season = /Report on (\w+)/.exec(await text(process.stdin))?.[1] ?? 'nothing'
const say = (line) => console.log(JSON.stringify(line))

say({ type: 'system', subtype: 'init', session_id: season })
say({
  type: 'result',
  subtype: 'success',
  is_error: false,
  session_id: season,
  result: `There will be ${season}.`,
  total_cost_usd: 0.2,
  usage: { input_tokens: 12_000, output_tokens: 900 },
})
