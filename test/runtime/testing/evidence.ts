import { SimulatedClock } from 'xstate'
import type { SendOptions } from '../../../runtime/mailroom.ts'
import { seeded } from '../../../runtime/testing/seeded.ts'
import { workloadActivities } from '../../../runtime/testing/workload-job.ts'
import {
  workloadMachines,
  type WorkloadEvent,
  type WorkloadMachine,
} from '../../../runtime/testing/workload-machines.ts'
import { Recording, type Evidence } from '../../../runtime/testing/workload-recording.ts'
import { perform, recordSystems, systemsOf } from '../../../runtime/testing/workload-run.ts'
import { Workload } from '../../../runtime/testing/workload.ts'
import { readTables } from '../../faults/tables.ts'
import { eventually } from '../../support/eventually.ts'
import type { Hosts } from '../hosts.ts'

/** What is seen and stored of one short play that has a bit of everything; nothing in it is wrong. */
export async function playedOut(hosts: Hosts): Promise<Evidence> {
  const clock = new SimulatedClock()
  const recording = new Recording(() => clock.now())
  const options = { name: 'one', machines: workloadMachines, clock, leaseMs: 600 }
  const activities = workloadActivities(clock as never, (attempt) => recording.attempt('one', attempt))
  const runtime = await hosts.start({ ...options, activities })
  const sender = { name: 'one', spawn: runtime.spawn.bind(runtime), send: runtime.send.bind(runtime) }
  const doing = { workload: new Workload(seeded(1)), recording }
  const spawn = (machine: WorkloadMachine, id: string, input: object) =>
    perform(doing, sender, { kind: 'spawn', machine, id, input: { name: id, ...input } })
  const send = (system: string, event: WorkloadEvent, how: SendOptions = {}) =>
    perform(doing, sender, { kind: 'send', system, event, options: how })
  const pass = async (ms: number) => {
    clock.increment(ms)
    await runtime.settled()
  }

  await spawn('ledger', 'a', {})
  await spawn('ledger', 'b', {})
  await spawn('beacon', 'c', { beats: 3, ms: 50 })
  await spawn('errand', 'd', { patience: 40, input: { job: 'errand', how: 'slow', ms: 5_000 } })
  await spawn('errand', 'e', { patience: 1_000_000, input: { job: 'errand', how: 'succeed', ms: 0 } })
  await spawn('ledger', 'b', {})
  for (const play of [notes, timers, others, jobs]) await play(send)
  await runtime.settled()
  for (let i = 0; i < 12; i++) await pass(50)
  await send('b', { type: 'note', id: 'late' }, { delay: 20 })
  await send('b', { type: 'close', id: 'end' }, { wait: 'processed' })
  await send('b', { type: 'note', id: 'too-late' })
  await pass(50)
  await eventually(async () => {
    const { activities, mail } = await readTables(hosts.sql, '')
    if (mail.length || activities.some(({ status }) => status === 'queued' || status === 'running')) throw new Error()
  })
  const systems = await recordSystems(runtime, systemsOf(recording))
  await runtime.close()
  return { lines: recording.lines, systems, tables: await readTables(hosts.sql, ''), clockSlackMs: 0 }
}

type Send = (system: string, event: WorkloadEvent, how?: SendOptions) => Promise<void>

async function notes(send: Send) {
  await Promise.all([send('a', { type: 'note', id: 'n1' }), send('a', { type: 'note', id: 'n2' })])
  await send('a', { type: 'note', id: 'n3' }, { wait: 'processed' })
  await send('a', { type: 'note', id: 'n4' }, { wait: 'processed' })
  await send('a', { type: 'note', id: 'n5' }, { idempotencyKey: 'k5' })
  await send('a', { type: 'note', id: 'n5' }, { idempotencyKey: 'k5' })
  await send('a', { type: 'note', id: 'n6' }, { delay: 100 })
  await send('nobody', { type: 'note', id: 'n7' })
}

async function timers(send: Send) {
  await send('a', { type: 'arm', id: 't1', name: 'left', ms: 100 })
  await send('a', { type: 'arm', id: 't2', name: 'left', ms: 200 })
  await send('a', { type: 'disarm', id: 't3', name: 'left' })
  await send('a', { type: 'disarm', id: 't4', name: 'right' })
  await send('c', { type: 'nudge', id: 'g1' })
  await send('c', { type: 'note', id: 'g2' })
}

async function others(send: Send) {
  await send('a', { type: 'relay', id: 'r1', to: 'b' })
  await send('a', { type: 'relay', id: 'r2', to: 'b' })
  await send('a', { type: 'relay', id: 'r3', to: 'nobody' })
  await send('a', { type: 'hire', id: 'h1', clerk: 'bob' })
  await send('a', { type: 'ask', id: 'h2', clerk: 'bob' })
  await send('a', { type: 'note', id: 'h3' }, { to: 'bob' })
  await send('a', { type: 'dismiss', id: 'h4', clerk: 'bob' })
  await send('a', { type: 'ask', id: 'h5', clerk: 'bob' })
  await send('a', { type: 'note', id: 'h6' }, { to: 'bob' })
  await send('a', { type: 'note', id: 'h7' }, { to: 'bob', delay: 0 })
}

async function jobs(send: Send) {
  await send('a', { type: 'work', id: 'w1', how: 'succeed', ms: 0 })
  await send('a', { type: 'work', id: 'w2', how: 'fail', ms: 0 })
  await send('a', { type: 'work', id: 'w3', how: 'talk', ms: 0 })
  await send('a', { type: 'work', id: 'w4', how: 'slow', ms: 5_000 })
  await send('a', { type: 'drop', id: 'w5', job: 'w4' })
  await send('a', { type: 'drop', id: 'w6', job: 'w1' })
}
