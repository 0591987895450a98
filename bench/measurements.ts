/** What is measured, in this order. A file of contestants may hold several. */
export const measurements = [
  { name: 'adjutant', kind: 'contestants', file: 'adjutant.ts' },
  { name: 'single send', kind: 'workload', file: 'workloads/single-send.ts' },
  { name: 'many systems', kind: 'workload', file: 'workloads/many-systems.ts' },
  { name: 'one event each', kind: 'workload', file: 'workloads/one-event-each.ts' },
  { name: 'one queue', kind: 'workload', file: 'workloads/one-queue.ts' },
  { name: 'chains', kind: 'workload', file: 'workloads/chains.ts' },
  { name: 'processes', kind: 'workload', file: 'workloads/processes.ts' },
  { name: 'recovery', kind: 'workload', file: 'workloads/recovery.ts' },
  { name: 'stored systems', kind: 'workload', file: 'workloads/stored-systems.ts' },
] as const

export type Measured = (typeof measurements)[number]
