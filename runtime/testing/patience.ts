const longestMs = 20_000

/** What `look` finds, once it finds something; throws after 20 s. */
export async function patience<T>(look: () => T | Promise<T>, problem: string): Promise<NonNullable<T>> {
  const until = performance.now() + longestMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== null) return found
    if (performance.now() > until) throw new Error(problem)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
