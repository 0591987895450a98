import { describe, expect, test } from 'vitest'
import { createProbe, plantsOf } from './case.ts'
import { cases } from './cases/index.ts'
import { features, type Feature } from './features.ts'
import { runReference } from './reference.ts'
import { silenceXState } from './warnings.ts'

silenceXState()

describe('the conformance suite', () => {
  test('has at least 80 machines with names of their own', () => {
    expect(cases.length).toBeGreaterThanOrEqual(80)
    expect(new Set(cases.map((testCase) => testCase.name)).size).toBe(cases.length)
  })

  test('shows every feature of XState in at least one machine', () => {
    const shown = new Set<Feature>(cases.flatMap((testCase) => testCase.features))
    expect(Object.keys(features).filter((feature) => !shown.has(feature as Feature))).toEqual([])
  })

  test('builds each machine without carrying state from one build to the next', () => {
    for (const testCase of cases) {
      const probe = createProbe(() => {})
      expect(testCase.machine(probe), testCase.name).not.toBe(testCase.machine(probe))
    }
  })
})

describe('plain XState', () => {
  test.each(cases)('repeats itself: $name', async (testCase) => {
    const trail = await runReference(testCase)
    expect(trail.observations).toHaveLength(testCase.script.length + 1)
    expect(await runReference(testCase)).toEqual(trail)
  })

  test.each(plantsOf(cases))('behaves differently without $feature: $testCase.name', async ({ testCase, feature }) => {
    expect(await runReference(testCase, feature)).not.toEqual(await runReference(testCase))
  })
})
