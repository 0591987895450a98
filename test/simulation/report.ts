import { plants, shrink, simulate, testOf, type Outcome, type Plant } from '../../runtime/testing/simulation/index.ts'

export type Tally = { runs: number; ticks: number; virtualMs: number; operations: number; faults: Map<string, number> }

export const newTally = (): Tally => ({ runs: 0, ticks: 0, virtualMs: 0, operations: 0, faults: new Map() })

function count(tally: Tally, { ticks, virtualMs, operations, faults }: Outcome) {
  tally.runs++
  tally.ticks += ticks
  tally.virtualMs += virtualMs
  tally.operations += operations.length
  for (const { kind } of faults) tally.faults.set(kind, (tally.faults.get(kind) ?? 0) + 1)
}

/** Runs seeds until one breaks a rule; that one is returned. */
export async function firstFailure(from: number, runs: number, tally = newTally(), plant?: Plant) {
  for (let seed = from; seed < from + runs; seed++) {
    const outcome = await planted(plant, () => simulate({ seed }, plant?.tamper))
    count(tally, outcome)
    if (outcome.violations.length) return outcome
  }
  return undefined
}

export async function planted<T>(plant: Plant | undefined, run: () => Promise<T>): Promise<T> {
  const undo = plant?.install?.()
  try {
    return await run()
  } finally {
    undo?.()
  }
}

/** The failing run as the text of a test with as few events as still fail. */
export async function minimalTest(outcome: Outcome, plant?: Plant): Promise<string> {
  const script = await planted(plant, () => shrink(outcome, plant?.tamper))
  return script ? testOf(outcome, script) : `// Only the whole run fails: simulate({ seed: ${outcome.seed} })\n`
}

export const plantNamed = (part: string): Plant | undefined => plants.find(({ name }) => name.includes(part))
