import { Hono } from 'hono'

/** A condition of readiness, by name: resolves when it holds, else throws. */
export type ReadinessChecks = Record<string, () => Promise<void>>

/** A check that hangs (a database that swallows packets) is a check that failed. */
const checkTimeoutMs = 2_000

/** `/healthz`: the process answers. `/readyz`: it can also do its work; 503 names what does not hold. */
export function health(checks: ReadinessChecks): Hono {
  return new Hono()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const names = Object.keys(checks)
      const results = await Promise.all(names.map((name) => holds(checks[name]!)))
      const ready = results.every(Boolean)
      const outcome = Object.fromEntries(names.map((name, i) => [name, results[i] ? 'ok' : 'failed']))
      return c.json({ status: ready ? 'ready' : 'unready', checks: outcome }, ready ? 200 : 503)
    })
}

async function holds(check: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), checkTimeoutMs)
  })
  const held = check().then(
    () => true,
    () => false,
  )
  return Promise.race([held, timeout]).finally(() => clearTimeout(timer))
}
