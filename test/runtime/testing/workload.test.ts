import { expect, test, vi } from 'vitest'
import { check } from '../../../runtime/testing/checker.ts'
import { seeded } from '../../../runtime/testing/seeded.ts'
import { workloadActivities } from '../../../runtime/testing/workload-job.ts'
import { workloadMachines } from '../../../runtime/testing/workload-machines.ts'
import { Recording, type Operation } from '../../../runtime/testing/workload-recording.ts'
import { perform, recordSystems, runWorkload, systemsOf } from '../../../runtime/testing/workload-run.ts'
import { Workload } from '../../../runtime/testing/workload.ts'
import { readTables, restless } from '../../faults/tables.ts'
import { eventually } from '../../support/eventually.ts'
import { useHosts } from '../hosts.ts'

vi.setConfig({ testTimeout: 90_000 })
const hosts = useHosts()

const wall = {
  setTimeout: (fn: () => void, ms: number) => setTimeout(fn, ms),
  clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
}

function drawn(seed: number, acknowledged: (n: number) => boolean): Operation[] {
  const workload = new Workload(seeded(seed))
  const all: Operation[] = []
  while (all.length < 2_000)
    for (const operation of workload.next()) {
      const outcome = acknowledged(all.length)
        ? ({ as: 'acknowledged' } as const)
        : ({ as: 'unknown', why: 'the process ended' } as const)
      workload.learn(operation, outcome)
      all.push(operation)
    }
  return all
}

test('the same seed and the same answers give the same operations, of every kind there is', () => {
  const operations = drawn(7, (n) => n % 9 > 0)
  expect(drawn(7, (n) => n % 9 > 0)).toEqual(operations)
  expect(drawn(8, (n) => n % 9 > 0)).not.toEqual(operations)
  const kinds = new Set(operations.map((each) => (each.kind === 'spawn' ? each.machine : each.event.type)))
  expect([...kinds].sort()).toEqual(
    ['arm', 'ask', 'beacon', 'close', 'disarm', 'dismiss', 'drop', 'errand', 'hire', 'ledger', 'note', 'nudge'].concat([
      'relay',
      'work',
    ]),
  )
})

test('what is unknown and can be repeated is asked for again, under the same key', () => {
  const operations = drawn(3, () => false)
  const keyed = operations.flatMap((each) =>
    each.kind === 'send' && each.options.idempotencyKey ? [JSON.stringify(each)] : [],
  )
  expect(new Set(keyed).size).toBeLessThan(keyed.length)
})

test('what a sender says that is no refusal of the runtime is unknown', async () => {
  const recording = new Recording(() => 0)
  const fail = (error: object) => () => Promise.reject(Object.assign(new Error('no'), error))
  const operation: Operation = { kind: 'spawn', machine: 'ledger', id: 's', input: {} }
  for (const error of [
    { code: 'runtime.died' },
    { name: 'Rejection', code: 'send.unknown' },
    { name: 'Rejection', code: 'x.y' },
  ])
    await perform(
      { recording, workload: new Workload(seeded(1)) },
      { name: 'one', spawn: fail(error), send: fail(error) },
      operation,
    )
  expect(recording.lines.flatMap((line) => (line.type === 'ended' ? [line.outcome.as] : []))).toEqual([
    'unknown',
    'unknown',
    'refused',
  ])
})

test('on two processes that nothing happens to, the guarantee is kept', async () => {
  const recording = new Recording(Date.now)
  const sender = async (name: string) => {
    const activities = workloadActivities(wall, (attempt) => recording.attempt(name, attempt))
    const runtime = await hosts.start({ name, machines: workloadMachines, activities, leaseMs: 3_000 })
    return { runtime, name, spawn: runtime.spawn.bind(runtime), send: runtime.send.bind(runtime) }
  }
  const senders = [await sender('one'), await sender('two')]
  const random = seeded(1)
  const workload = new Workload(random, { longestMs: 400 })
  await runWorkload({
    ...{ workload, recording, random, clock: wall, senders: () => senders, clients: 6, pauseMs: 20 },
    done: () => recording.lines.length > 1_200,
  })
  await eventually(async () => expect(await restless(hosts.sql)).toEqual({ mail: 0, activities: 0 }), 60_000)
  const systems = await recordSystems(senders[0]!.runtime, systemsOf(recording))
  await Promise.all(senders.map(({ runtime }) => runtime.close()))
  const tables = await readTables(hosts.sql, '')
  expect(check({ lines: recording.lines, systems, tables, clockSlackMs: 100 })).toEqual([])
})
