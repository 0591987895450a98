import { isTimed, type Fault } from './faults.ts'
import type { Tamper } from './fleet.ts'
import type { Asked, Plan } from './plan.ts'
import { simulate, type Outcome } from './simulate.ts'

export type Script = NonNullable<Plan['script']>
type Event = { operation: Asked } | { fault: Fault }

/** As little of what happened in a failing run as still breaks the same rule; undefined when only the run itself does. */
export async function shrink(failed: Outcome, tamper?: Tamper, most = 400): Promise<Script | undefined> {
  const rules = new Set(failed.violations.map(({ rule }) => rule))
  let left = most
  const stillFails = async (events: Event[]) => {
    if (left-- <= 0) return false
    const { violations } = await simulate({ seed: failed.seed, script: scriptOf(events) }, tamper)
    return violations.some(({ rule }) => rules.has(rule))
  }
  const all: Event[] = [
    ...failed.operations.map((operation) => ({ operation })),
    ...failed.faults.map((fault) => ({ fault })),
  ]
  if (!(await stillFails(all))) return undefined
  return scriptOf(await fewer(all, stillFails))
}

// Halves, quarters, and so on down to single events are left out, as long as it still fails (delta debugging).
async function fewer<T>(items: T[], stillFails: (items: T[]) => Promise<boolean>): Promise<T[]> {
  let kept = items
  for (let size = kept.length >> 1; size >= 1;) {
    const before = kept.length
    for (let at = 0; at < kept.length;) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)]
      if (await stillFails(without)) kept = without
      else at += size
    }
    // The last round is repeated for as long as it finds something.
    if (size > 1 || kept.length === before) size >>= 1
  }
  return kept
}

const scriptOf = (events: Event[]): Script => ({
  operations: events.flatMap((event) => ('operation' in event ? [event.operation] : [])),
  faults: events.flatMap((event) => ('fault' in event ? [event.fault] : [])),
})

/** A test file that runs the script. */
export function testOf({ seed, violations }: Outcome, { operations, faults }: Script): string {
  const rule = violations[0]?.rule ?? ''
  const line = (value: unknown) => `      ${JSON.stringify(value)},`
  const started = [...operations].sort((a, b) => a.at - b.at)
  const befalling = [...faults.filter(isTimed), ...faults.filter((fault) => !isTimed(fault))]
  return `import { expect, test } from 'vitest'
import { simulate } from '../../runtime/testing/simulation/index.ts'

// ${violations[0]?.sentence.replaceAll('\n', ' ').slice(0, 200) ?? ''}
test('seed ${seed} keeps the rule ${rule}', async () => {
  const script = {
    operations: [
${started.map(line).join('\n')}
    ],
    faults: [
${befalling.map(line).join('\n')}
    ],
  }
  const { violations } = await simulate({ seed: ${seed}, script } as never)
  expect(violations).toEqual([])
})
`
}
