// One measurement, in a process of its own that ends with its parent and takes along what it started.
import path from 'node:path'
import type { Contestant, Server, Workload } from './measurement.ts'

export type Order =
  | { kind: 'describe'; file: string }
  | { kind: 'workload'; file: string; server: Server; seconds: number; quick: boolean }
  | { kind: 'contestant'; file: string; name: string; server: Server; seconds: number; concurrency: number }

type Module = { workload?: Workload; contestants?: Contestant[] }

const order = JSON.parse(process.argv[2] ?? '{}') as Order
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))

const { workload, contestants = [] } = (await import(path.join(import.meta.dirname, order.file))) as Module
// A peer may keep its process open after it has closed all it has: what it found is known by now.
process.send?.(await carryOut(), () => process.exit())

async function carryOut(): Promise<unknown> {
  if (order.kind === 'describe')
    return { what: workload?.what, contestants: contestants.map(({ run: _, ...rest }) => rest) }
  if (order.kind === 'workload') return (workload as Workload).run(order.server, order)
  const contestant = contestants.find(({ name }) => name === order.name) as Contestant
  return contestant.run(order.server, order)
}
