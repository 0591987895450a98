import type { ContractorInput, Cost, Executor } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import type { Surroundings } from '../surroundings.ts'

/** One attempt of a contract, as an executor is given it. */
export type Attempt = {
  surroundings: Surroundings
  context: ActivityContext<ContractorInput>
  /** Absolute: what the executor is told, as JSON. */
  contractFile: string
  /** Absolute: where it leaves `summary.md`, `phase` and artifacts. */
  outbox: string
  logPath: string
  /** What it says while it works. */
  onOutput: (chunk: Buffer) => void
}

type Told = {
  session: string | null
  costs: Cost[]
  /** Which coding agent it was; `version` null: it does not tell. */
  agent?: { preset: string; version: string | null }
  /** Who brought the work, where that was not us. */
  by?: string
}

export type Execution = Told &
  (
    | { ok: true; summary?: string; log: { bytes: number; tail: string } }
    | { ok: false; code: string; reason: string; exitCode: number | null; outputTail: string }
  )

/**
 * Carries the attempt out. What goes wrong with it is an outcome; only what is not the executor's fault is thrown, and a
 * cancelled attempt rejects with the signal's reason.
 */
export type Execute<Kind extends Executor['kind']> = (
  executor: Extract<Executor, { kind: Kind }>,
  attempt: Attempt,
) => Promise<Execution>
