import { expect, test } from 'vitest'
import { useHosts } from '../runtime/hosts.ts'

const hosts = useHosts()

// setTimeout takes 24.8 days at most, and makes 1 ms of more.
test.each([30 * 86_400_000, Infinity])('an activity may be given %d ms', async (ms) => {
  const work = {
    run: async ({ signal }: { signal: AbortSignal }) => {
      await new Promise((resolve) => setTimeout(resolve, 50))
      signal.throwIfAborted()
      return 'in time'
    },
    timeoutMs: ms,
    ...(ms < Infinity && { heartbeatMs: 2 ** 31 - 1 }),
  }
  const runtime = await hosts.start({ activities: { work } })
  const { id } = await runtime.spawn('worker')
  expect((await runtime.waitFor(id, { matches: 'done' })).context.result).toBe('in time')
})
