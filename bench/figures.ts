import { cpus, totalmem } from 'node:os'

/** One figure of the bench: what was measured, how much, in what. `aim`: what was set out for. */
export type Figure = {
  name: string
  value: number
  unit: string
  aim?: { least: number } | { most: number }
  /** How it came about: [x, y], for a plot. */
  points?: [number, number][]
}

/** The smallest value that at least `share` of the sorted values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

export const rounded = (value: number): number => (value < 100 ? Math.round(value * 100) / 100 : Math.round(value))

/** One line for a terminal. */
export const lineOf = ({ name, value, unit }: Figure): string =>
  `${name.padEnd(60)}${String(rounded(value)).padStart(9)} ${unit}`

/** True where there is no aim. */
export const isReached = ({ value, aim }: Figure): boolean =>
  !aim || ('least' in aim ? value >= aim.least : value <= aim.most)

/** What the figures were measured on. */
export const describeMachine = (postgres: string) => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  postgres,
})
