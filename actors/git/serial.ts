const queues = new Map<string, Promise<unknown>>()

/**
 * One at a time per key within this process. Between processes git's own locks decide; this only keeps us from meeting
 * them all the time.
 */
export function serially<T>(key: string, act: () => Promise<T>): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve()
  const mine = before.then(act, act)
  const settled = mine.then(
    () => undefined,
    () => undefined,
  )
  queues.set(key, settled)
  void settled.then(() => {
    if (queues.get(key) === settled) queues.delete(key)
  })
  return mine
}
