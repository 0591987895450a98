import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  criticalPath,
  cyclePath,
  dependents,
  type GraphStep,
  layers,
  positions,
  ranks,
  topologicalOrder,
} from '../../../machines/chain/graph.ts'

const graph = (edges: Record<string, string[]>): GraphStep[] =>
  Object.entries(edges).map(([name, dependsOn]) => ({ name, dependsOn }))

/** Steps that depend on earlier ones only, shuffled. */
const acyclic = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 30 })
  .map((rows) =>
    rows.map((picks, index) => ({
      name: `s${index}`,
      dependsOn: index === 0 ? [] : [...new Set(picks.map((pick) => `s${pick % index}`))],
    })),
  )
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length }))

const any = fc
  .array(fc.array(fc.nat(12), { maxLength: 3 }), { maxLength: 10 })
  .map((rows) => rows.map((picks, index) => ({ name: `s${index}`, dependsOn: picks.map((pick) => `s${pick}`) })))

test('a cycle is named by its path, each step waiting for the next', () => {
  expect(cyclePath(graph({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }))).toEqual(['a', 'b', 'c', 'a'])
  expect(cyclePath(graph({ a: ['a'] }))).toEqual(['a', 'a'])
  expect(cyclePath(graph({ d: ['x'], x: ['y'], y: ['x'] }))).toEqual(['x', 'y', 'x'])
})

test('a chain of 5,000 steps in a row is no problem for the stack', () => {
  const steps = Array.from({ length: 5000 }, (_, index) => ({
    name: `s${index}`,
    dependsOn: index === 4999 ? [] : [`s${index + 1}`],
  }))
  expect(cyclePath(steps)).toBeNull()
  expect(ranks(steps).get('s4999')).toBe(5000)
  expect(layers(steps)).toHaveLength(5000)
  expect(criticalPath(steps)).toHaveLength(5000)
})

test('dependencies on unknown names are left to the one who reports them', () => {
  const steps = graph({ a: ['nowhere'], b: ['a'] })
  expect(cyclePath(steps)).toBeNull()
  expect(topologicalOrder(steps).map(({ name }) => name)).toEqual(['a', 'b'])
  expect(layers(steps)).toEqual([['a'], ['b']])
})

test('steps on a cycle, and those behind it, are left out of the order', () => {
  const steps = graph({ a: ['b'], b: ['a'], c: ['a'], d: [] })
  expect(topologicalOrder(steps).map(({ name }) => name)).toEqual(['d'])
  expect(criticalPath(steps)).toEqual(['d'])
  expect(ranks(graph({ a: [], b: ['a', 'c'], c: ['b'] })).get('a')).toBe(1)
})

test('the longest way through is the critical path', () => {
  const steps = graph({ start: [], short: ['start'], long: ['start'], longer: ['long'], end: ['short', 'longer'] })
  expect(criticalPath(steps)).toEqual(['start', 'long', 'longer', 'end'])
  expect(criticalPath([])).toEqual([])
})

test('steps are drawn by layers, each centred', () => {
  expect(Object.fromEntries(positions(graph({ a: [], b: ['a'], c: ['a'] })))).toEqual({
    a: { x: 0, y: 0 },
    b: { x: 240, y: -48 },
    c: { x: 240, y: 48 },
  })
})

describe('for every graph', () => {
  test('either it has a cycle whose edges exist, or all steps have an order', () => {
    fc.assert(
      fc.property(any, (steps) => {
        const path = cyclePath(steps)
        const sound = topologicalOrder(steps).length === steps.length
        if (path === null) return sound
        const edges = path.slice(1).map((name, index) => [path[index]!, name] as const)
        const exist = edges.every(([from, to]) => steps.find(({ name }) => name === from)!.dependsOn.includes(to))
        return !sound && exist && path[0] === path.at(-1) && new Set(path).size === path.length - 1
      }),
    )
  })

  test('an acyclic one is ordered after its dependencies, each layer beyond those it depends on', () => {
    fc.assert(
      fc.property(acyclic, (steps) => {
        const order = topologicalOrder(steps).map(({ name }) => name)
        const rows = layers(steps)
        const layerOf = (name: string) => rows.findIndex((row) => row.includes(name))
        return (
          order.length === steps.length &&
          rows.flat().length === steps.length &&
          steps.every(({ name, dependsOn }) =>
            dependsOn.every((other) => order.indexOf(other) < order.indexOf(name) && layerOf(other) < layerOf(name)),
          )
        )
      }),
    )
  })

  test('a rank is one more than the highest behind it, and the critical path is as long as the highest', () => {
    fc.assert(
      fc.property(acyclic, (steps) => {
        const rank = ranks(steps)
        const after = dependents(steps)
        const right = steps.every(
          ({ name }) => rank.get(name) === Math.max(0, ...after.get(name)!.map((other) => rank.get(other)!)) + 1,
        )
        const path = criticalPath(steps)
        const chained = path
          .slice(1)
          .every((name, i) => steps.find((s) => s.name === name)!.dependsOn.includes(path[i]!))
        return right && chained && path.length === Math.max(0, ...rank.values())
      }),
    )
  })

  test('no two steps are drawn at the same place', () => {
    fc.assert(
      fc.property(acyclic, (steps) => {
        const places = [...positions(steps).values()].map(({ x, y }) => `${x} ${y}`)
        return new Set(places).size === steps.length
      }),
    )
  })
})
