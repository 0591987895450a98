import { setTimeout as pause } from 'node:timers/promises'

/** Repeats the assertions until they hold; after `timeout` milliseconds the last failure stands. */
export async function eventually<T>(assertions: () => T | Promise<T>, timeout = 90_000): Promise<T> {
  const until = performance.now() + timeout
  for (;;) {
    try {
      return await assertions()
    } catch (failure) {
      if (performance.now() > until) throw failure
      await pause(20)
    }
  }
}
