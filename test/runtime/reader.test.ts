import { describe, expect, test } from 'vitest'
import type { ActorView, MachineEntry } from '../../runtime/index.ts'
import { useHosts } from './hosts.ts'
import { counter } from './machines.ts'

const hosts = useHosts()
const listed: MachineEntry = {
  machine: counter,
  version: '1',
  project: ({ context, status }: ActorView) =>
    status === 'done'
      ? []
      : [
          { kind: 'count', key: context.n > 0 ? 'some' : 'none', data: { n: context.n } },
          { kind: 'digit', key: `a${context.n % 10}`, data: null },
          { kind: 'digit', key: 'b', data: null },
        ],
}
const start = (options = {}) => hosts.start({ machines: { listed, counter }, ...options })

describe('a list', () => {
  test('shows the newest system first, follows every change, and forgets what ended', async () => {
    const runtime = await start()
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.push((await runtime.spawn('listed')).id)
    const newest = ids.toReversed()
    expect((await runtime.list('count')).map(({ systemId }) => systemId)).toEqual(newest)
    await runtime.send(ids[1]!, { type: 'ADD' })
    expect(await runtime.list('count', { key: 'some' })).toEqual([
      { systemId: ids[1], address: '', kind: 'count', key: 'some', data: { n: 1 }, seq: 2 },
    ])
    expect(await runtime.list('count', { key: 'none' })).toHaveLength(4)
    await runtime.send(ids[1]!, { type: 'END' })
    expect(await runtime.list('count', { systemId: ids[1] })).toEqual([])
    await Promise.all(ids.map((id) => id === ids[1] || runtime.send(id, { type: 'END' })))
  })
  test('comes in pages without gap or double, also where a system has several rows', async () => {
    const runtime = await start()
    for (let n = 0; n < 7; n++) await runtime.spawn('listed')
    const all = await runtime.list('digit')
    expect(all).toHaveLength(14)
    for (const limit of [1, 2, 3, 5]) {
      const paged = []
      for (let after: string | undefined; ;) {
        const page = await runtime.list('digit', { after, limit })
        if (!page.length) break
        paged.push(...page)
        const { systemId, address } = page.at(-1)!
        after = `${systemId}/${address}`
      }
      expect(paged).toEqual(all)
    }
    expect(await runtime.list('digit', { after: all[1]!.systemId, limit: 2 })).toEqual(all.slice(2, 4))
  })
})

test('history and emitted events come in pages that fit together', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  await Promise.all(Array.from({ length: 25 }, () => runtime.send(id, { type: 'ADD' })))
  for (const read of [runtime.history, runtime.emitted]) {
    const all = await read(id)
    const paged = []
    for (let after = 0; ;) {
      const page = await read(id, { after, limit: 4 })
      if (!page.length) break
      paged.push(...page)
      after = page.at(-1)!.seq
    }
    expect(paged).toEqual(all)
  }
})

test('history after a checkpoint is the same as that part of the whole, and reads no entry before the checkpoint', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  for (let n = 0; n < 5; n++) await Promise.all(Array.from({ length: 90 }, () => runtime.send(id, { type: 'ADD' })))
  const whole = await runtime.history(id)
  const [{ at }] = (await hosts.sql`select checkpoint_seq as at from system where id = ${id}`) as unknown as [
    { at: number },
  ]
  expect(at).toBeGreaterThan(200)
  for (const after of [at - 1, at, at + 1, at + 20])
    expect(await runtime.history(id, { after })).toEqual(whole.filter(({ seq }) => seq > after))
  expect(await runtime.history(id, { after: 3, limit: 2 })).toEqual(whole.slice(3, 5))
  await hosts.sql`update journal set delta = '"unreadable"' where system_id = ${id} and seq <= ${at}`
  expect((await runtime.history(id, { after: at, limit: 1 }))[0]!.context).toEqual(whole[at]!.context)
})

test('the trail of an actor is what it took on its way, without what it knew', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  for (const type of ['ADD', 'NOTHING', 'END']) await runtime.send(id, { type })
  const trail = await runtime.trail(id)
  expect(trail.map(({ seq, event, value }) => [seq, event.type, value])).toEqual(
    (await runtime.history(id)).map(({ seq, event, value }) => [seq, event.type, value]),
  )
  expect(trail.map(({ taken }) => taken.map(({ event }) => event))).toEqual([expect.anything(), ['ADD'], [], ['END']])
  expect(trail.at(-1)!.taken[0]!.targets).toHaveLength(1)
  expect(await runtime.trail(id, { address: 'attic' })).toEqual([])
  expect(await runtime.trail(id, { address: '', after: 1, limit: 2 })).toEqual(trail.slice(1, 3))
  await expect(runtime.trail('nobody')).rejects.toMatchObject({ code: 'system.not_found' })
})

test('what is not there is not found', async () => {
  const runtime = await start()
  const { id } = await runtime.spawn('counter')
  for (const read of [runtime.snapshot, runtime.history, runtime.emitted])
    await expect(read('nobody')).rejects.toMatchObject({ code: 'system.not_found' })
  await expect(runtime.snapshot(id, 'attic')).rejects.toMatchObject({ code: 'actor.not_found' })
  expect(await runtime.list('nothing')).toEqual([])
})
