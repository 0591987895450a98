// Plays a careful coding agent: reads several amounts and units written out, and refuses the rest.
import { writeFileSync } from 'node:fs'
import { summarize } from './contract.mjs'

writeFileSync(
  'src/duration.js',
  `const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const amounts = /(\\d+)\\s*(d|h|m|s)(?:ays?|ours?|inutes?|econds?)?(?=\\s|\\d|$)\\s*/gy

/** Milliseconds of a text like '1h 30m' or '2 days'. Throws a RangeError for what it does not understand. */
export function parseDuration(text) {
  const found = [...text.trim().matchAll(amounts)]
  const understood = found.map(([part]) => part).join('')
  if (understood === '' || understood !== text.trim()) throw new RangeError(\`not a duration: \${text}\`)
  return found.reduce((sum, [, amount, unit]) => sum + Number(amount) * units[unit], 0)
}

/** The shortest exact way to write a number of milliseconds. */
export function formatDuration(ms) {
  const parts = []
  let rest = ms
  for (const [unit, size] of Object.entries(units).reverse()) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(\`\${amount}\${unit}\`)
    rest %= size
  }
  return parts.join(' ') || '0s'
}
`,
)

summarize('Durations may have several amounts, days, and units written out; anything else is a RangeError.')
