import type { Figure } from '../figures.ts'

export type Try = { concurrency: number; perSecond: number }

/** One row of the comparison; `failed` says why there is no figure. */
export type Compared = { name: string; version: string; unit: string; times?: number; tries: Try[]; failed?: string }

export type WorkloadResult = { name: string; what: string; figures: Figure[]; failed?: string }

export type Results = {
  at: string
  machine: Record<string, string | number>
  options: { seconds: number; quick: boolean }
  compared: Compared[]
  workloads: WorkloadResult[]
}

/** The concurrency that did most. */
export const best = ({ tries }: Compared): Try | undefined => tries.toSorted((a, b) => b.perSecond - a.perSecond).at(0)
