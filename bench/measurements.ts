/** What is measured, in this order. A file of contestants may hold several. */
export const measurements = [
  { name: 'barest sql', kind: 'contestants', file: 'ceiling/bare-sql.ts' },
  { name: 'pgbench', kind: 'contestants', file: 'ceiling/pgbench.ts' },
  { name: 'adjutant', kind: 'contestants', file: 'adjutant.ts' },
  { name: 'by hand', kind: 'contestants', file: 'peers/by-hand.ts' },
  { name: 'pg-boss', kind: 'contestants', file: 'peers/pg-boss.ts' },
  { name: 'graphile-worker', kind: 'contestants', file: 'peers/graphile-worker.ts' },
  { name: 'dbos', kind: 'contestants', file: 'peers/dbos.ts' },
  { name: 'restate', kind: 'contestants', file: 'peers/restate.ts' },
  { name: 'langgraph', kind: 'contestants', file: 'peers/langgraph.ts' },
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
