const units = { s: 1000, m: 60_000, h: 3_600_000 }

/** '45s' or '2h' in milliseconds. */
export function parseDuration(text) {
  const [, amount, unit] = /^(\d+)([smh])$/.exec(text)
  return Number(amount) * units[unit]
}

/** The shortest exact way to write a number of milliseconds. */
export function formatDuration(ms) {
  const parts = []
  let rest = ms
  for (const [unit, size] of Object.entries(units).reverse()) {
    const amount = Math.floor(rest / size)
    if (amount > 0) parts.push(`${amount}${unit}`)
    rest %= size
  }
  return parts.join(' ') || '0s'
}
