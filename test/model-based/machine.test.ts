import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { type AnyMachineSnapshot, getNextTransitions } from 'xstate'
import { replayInMemory } from '../../runtime/testing/index.ts'
import { coverageText } from './coverage.ts'
import { inputOf, subjects } from './machines.ts'

describe.each(subjects)('paths through the machine $name', (subject) => {
  const { coverage, paths, machine } = subject

  it('enter every state and take every transition', () => {
    expect(coverage.states.missing).toEqual([])
    expect(coverage.transitions.missing).toEqual([])
    expect(coverage.transitions.contradicted).toEqual([])
  })

  it("lead XState's own actors to where its pure transitions lead", async () => {
    for (const path of paths) {
      const seen = await replayInMemory(machine, path, inputOf(subject, path))
      const foreseen = [path.start, ...path.legs].map(({ snapshot }) => snapshot)
      const facts = ({ value, status, context }: (typeof foreseen)[number]) => ({ value, status, context })
      expect(seen.map((each) => facts(each as never))).toEqual(foreseen.map(facts))
    }
  })

  it('always come to where an event, a deadline or somebody below can move it, besides being given up', () => {
    const places = paths.flatMap((path) => [path.start, ...path.legs].map(({ snapshot }) => snapshot))
    const active = places.filter(({ status }) => status === 'active')
    expect(active.length).toBeGreaterThan(0)
    for (const snapshot of active) expect(movers(snapshot), JSON.stringify(snapshot.value)).not.toEqual([])
  })
})

const givingUp = /\.(stop|abandon|cancel)$/

function movers(snapshot: AnyMachineSnapshot): string[] {
  const below = Object.keys(snapshot.children)
  const types = getNextTransitions(snapshot).map(({ eventType }) => eventType as string)
  return types.filter((type) => {
    const [, child] = /^xstate\.(?:done|error)\.actor\.(.+)$/.exec(type) ?? []
    return child === undefined ? !givingUp.test(type) : below.includes(child)
  })
}

it('docs/model-coverage.md is as `npm run model-coverage` writes it', async () => {
  expect(await readFile('docs/model-coverage.md', 'utf8').catch(() => '')).toBe(coverageText())
})
