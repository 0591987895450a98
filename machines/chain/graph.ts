/** What these functions need of a step. Dependencies on unknown names are ignored: `chainProblems` reports them. */
export type GraphStep = { readonly name: string; readonly dependsOn: readonly string[] }
export type Position = { x: number; y: number }

// Loops, no recursion: a chain from a file may be 5,000 steps long.

const known = (steps: readonly GraphStep[]) => new Map(steps.map((step) => [step.name, step]))

/** For every step the names of those that wait for it. */
export const dependents = (steps: readonly GraphStep[]): Map<string, string[]> => {
  const found = new Map(steps.map((step) => [step.name, [] as string[]]))
  for (const step of steps) for (const name of new Set(step.dependsOn)) found.get(name)?.push(step.name)
  return found
}

/** The names of one cycle, the first repeated at the end (`['a', 'b', 'a']`, each depending on the next), or null. */
export const cyclePath = (steps: readonly GraphStep[]): string[] | null => {
  const byName = known(steps)
  const finished = new Set<string>()
  for (const start of byName.keys()) {
    const path: { name: string; next: number }[] = [{ name: start, next: 0 }]
    const onPath = new Set([start])
    while (path.length > 0) {
      const top = path[path.length - 1]!
      const name = finished.has(top.name) ? undefined : byName.get(top.name)!.dependsOn[top.next++]
      if (name === undefined) {
        finished.add(top.name)
        onPath.delete(top.name)
        path.pop()
      } else if (onPath.has(name)) {
        const names = path.map((entry) => entry.name)
        return [...names.slice(names.indexOf(name)), name]
      } else if (byName.has(name)) {
        path.push({ name, next: 0 })
        onPath.add(name)
      }
    }
  }
  return null
}

/** The steps in an order in which each comes after what it depends on. Steps on a cycle are left out. */
export const topologicalOrder = (steps: readonly GraphStep[]): GraphStep[] => {
  const byName = known(steps)
  const after = dependents(steps)
  const open = new Map(
    [...byName].map(([name, step]) => [name, new Set(step.dependsOn.filter((other) => byName.has(other))).size]),
  )
  const order = [...byName.values()].filter((step) => open.get(step.name) === 0)
  for (let index = 0; index < order.length; index++) {
    for (const name of after.get(order[index]!.name)!) {
      open.set(name, open.get(name)! - 1)
      if (open.get(name) === 0) order.push(byName.get(name)!)
    }
  }
  return order
}

/** Length, in steps, of the longest way from each step to an end of the chain; an end has 1. The highest goes first. */
export const ranks = (steps: readonly GraphStep[]): Map<string, number> => {
  const after = dependents(steps)
  const rank = new Map<string, number>()
  for (const step of topologicalOrder(steps).reverse()) {
    rank.set(step.name, after.get(step.name)!.reduce((most, name) => Math.max(most, rank.get(name) ?? 0), 0) + 1)
  }
  return rank
}

/** Names of a longest way through the chain, from its start to its end. */
export const criticalPath = (steps: readonly GraphStep[]): string[] => {
  const rank = ranks(steps)
  const after = dependents(steps)
  const path: string[] = []
  let candidates = [...rank.keys()]
  while (candidates.length > 0) {
    const longest = candidates.reduce((best, name) => (rank.get(name)! > rank.get(best)! ? name : best))
    path.push(longest)
    candidates = after.get(longest)!.filter((name) => rank.has(name))
  }
  return path
}

/** Names by layer: a step's layer is one more than the highest of its dependencies. */
export const layers = (steps: readonly GraphStep[]): string[][] => {
  const layer = new Map<string, number>()
  const found: string[][] = []
  for (const step of topologicalOrder(steps)) {
    const index = step.dependsOn.reduce((most, name) => Math.max(most, (layer.get(name) ?? -1) + 1), 0)
    layer.set(step.name, index)
    const row = found[index] ?? []
    row.push(step.name)
    found[index] = row
  }
  return found
}

/** Where to draw each step, in pixels of its centre: layers from left to right, each centred on the same line. */
export const positions = (steps: readonly GraphStep[]): Map<string, Position> => {
  const columns = layers(steps)
  return new Map(
    columns.flatMap((names, column) =>
      names.map((name, row): [string, Position] => [name, { x: column * 240, y: (row - (names.length - 1) / 2) * 96 }]),
    ),
  )
}
