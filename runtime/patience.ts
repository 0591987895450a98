import { setTimeout as pause } from 'node:timers/promises'
import { isTransient } from '../db/index.ts'

// A server that was killed is back, and has recovered, within a few seconds.
const PATIENCE_MS = 20_000
const AGAIN_MS = 100

/** A lost connection is no answer: whoever reads asks again, for as long as a server may need to come back. */
export async function patiently<T>(read: () => PromiseLike<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await read()
    } catch (error) {
      if (!isTransient(error) || performance.now() > until) throw error
      await pause(AGAIN_MS)
    }
  }
}
