import { setTimeout as pause } from 'node:timers/promises'
import { type Beat, type Claim, type Coordinator, Refused } from './coordinator.ts'

/** A worker asks often enough that two lost heartbeats do not cost it the contract. */
const beatsInLease = 3
/** While there is output to tell of. */
const newsMs = 2000

type News = { hasNews(): boolean; next(): Beat; sent(beat: Beat): void }

/**
 * Heartbeats until `ended` aborts. Gives the reason when the contract is lost: the server says so, or was not reached for
 * as long as the lease lasts. By then somebody else may have it.
 */
export async function keepLease(
  coordinator: Coordinator,
  claim: Claim,
  { news, ended }: { news: News; ended: AbortSignal },
): Promise<Refused | null> {
  const { leaseMs } = claim
  const [beatMs, lookMs] = [leaseMs / beatsInLease, Math.min(newsMs, leaseMs / beatsInLease)]
  let renewed = performance.now()
  let asked = performance.now()
  for (;;) {
    await pause(lookMs, undefined, { signal: ended }).catch(() => undefined)
    if (ended.aborted) return null
    if (performance.now() - asked < beatMs && !news.hasNews()) continue
    asked = performance.now()
    try {
      const beat = news.next()
      await coordinator.heartbeat(claim, beat, AbortSignal.any([ended, AbortSignal.timeout(leaseMs)]))
      news.sent(beat)
      renewed = asked
    } catch (error) {
      if (ended.aborted) return null
      if (error instanceof Refused) return error
      if (performance.now() - renewed > leaseMs)
        return new Refused(0, 'lease.stale', 'the server was not reached for as long as the lease lasts')
    }
  }
}
