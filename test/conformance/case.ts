import type { AnyStateMachine, EventObject } from 'xstate'
import type { Feature } from './features.ts'

/** What a case's machine may use besides XState. */
export type Probe = {
  /** Notes something a custom action saw; notes of both drivers must be equal, in order. */
  record(entry: unknown): void
  /**
   * Marks the place where `feature` decides the outcome: `right` in every ordinary run, `wrong` in the one run that
   * plants this deviation and must be told apart from plain XState.
   */
  plant<const R, const W>(feature: Feature, right: R, wrong: W): R | W
}

/** One step of a script; the first observation is made before it, right after the start. */
export type Item = { send: EventObject; to?: string } | { advance: number }

export type Case = {
  /** A sentence about behaviour; unique in the suite. */
  name: string
  /** The features whose effect this case shows: each has a deviation planted in its machine. */
  features: readonly Feature[]
  /** Builds the machine anew, so that no state hides in a closure. */
  machine: (probe: Probe) => AnyStateMachine
  input?: () => unknown
  /**
   * Its promises record, send or emit, and do so again in each attempt (activities run at least once): not compared
   * where an attempt may be cut short.
   */
  saysPerAttempt?: true
  script: readonly Item[]
}

export type Plant = { testCase: Case; feature: Feature }

/** A probe that records into `records` (already encoded by `encode`) and plants at most one deviation. */
export function createProbe(note: (entry: unknown) => void, planted?: Feature): Probe {
  return {
    record: note,
    plant: (feature, right, wrong) => (feature === planted ? wrong : right),
  }
}

export const takesTime = (testCase: Case): boolean => testCase.script.some((item) => 'advance' in item)

export const plantsOf = (cases: readonly Case[]): Plant[] =>
  cases.flatMap((testCase) => testCase.features.map((feature) => ({ testCase, feature })))
