import type { Store } from '../../db/index.ts'

/** The store, and a way to wait until none of its statements is under way any more. */
export function trackedStore(store: Store): { store: Store; quiet(): Promise<void> } {
  const underWay = new Set<Promise<unknown>>()
  const tracked = Object.entries(store).map(([name, statement]) => [
    name,
    (...given: unknown[]) => {
      const answer = (statement as (...given: unknown[]) => Promise<unknown>)(...given)
      const over = () => void underWay.delete(answer)
      underWay.add(answer)
      answer.then(over, over)
      return answer
    },
  ])
  const quiet = async () => {
    while (underWay.size) await Promise.allSettled(underWay)
  }
  return { store: Object.fromEntries(tracked) as Store, quiet }
}
