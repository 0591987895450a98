import { isTransient } from '../db/index.ts'
import { pause, type Platform } from './platform.ts'

// A server that was killed is back, and has recovered, within a few seconds.
const PATIENCE_MS = 20_000
const AGAIN_MS = 100

/** A lost connection is no answer: whoever reads asks again, for as long as a server may need to come back. */
export async function patiently<T>(platform: Platform, read: () => PromiseLike<T>): Promise<T> {
  const until = platform.steady() + PATIENCE_MS
  for (;;) {
    try {
      return await read()
    } catch (error) {
      if (!isTransient(error) || platform.steady() > until) throw error
      await pause(platform, AGAIN_MS)
    }
  }
}
