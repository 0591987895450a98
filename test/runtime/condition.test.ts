import { expect, test } from 'vitest'
import { useHosts } from './hosts.ts'

const hosts = useHosts()
const changed = { status: 'rejected', reason: { code: 'system.changed' } }

test('of two sends for the same state exactly one is processed, from memory', async () => {
  const runtime = await hosts.start()
  const { id } = await runtime.spawn('counter')
  for (let round = 0; round < 20; round++) {
    const { seq: ifSeq } = await runtime.snapshot(id)
    const both = await Promise.allSettled(
      [1, 2].map(() => runtime.send(id, { type: 'ADD' }, { ifSeq, wait: 'processed' })),
    )
    expect(both.toSorted((a, b) => (a.status < b.status ? -1 : 1))).toMatchObject([
      { status: 'fulfilled', value: { seq: ifSeq + 1 } },
      changed,
    ])
  }
  expect((await runtime.snapshot(id)).context.n).toBe(20)
})

test('and so it is for sends through processes that do not own the system', async () => {
  const owner = await hosts.start()
  const others = await Promise.all([1, 2].map(() => hosts.start({ roles: [] })))
  const { id } = await owner.spawn('counter')
  for (let round = 0; round < 5; round++) {
    const { seq: ifSeq } = await owner.snapshot(id)
    const options = { ifSeq, wait: 'processed' } as const
    const all = await Promise.allSettled([
      ...others.map((other, n) => other.send(id, { type: 'ADD' }, { ...options, idempotencyKey: `${round}-${n}` })),
      owner.send(id, { type: 'ADD' }, options),
    ])
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(all.filter(({ status }) => status === 'rejected')).toMatchObject(
      [changed, changed].map(({ reason }) => ({ reason })),
    )
  }
  expect((await owner.snapshot(id)).context.n).toBe(5)
})

test('the journal has the event without its condition, and a repetition by key is the first one', async () => {
  const runtime = await hosts.start()
  const { id } = await runtime.spawn('counter')
  const send = () => runtime.send(id, { type: 'ADD' }, { ifSeq: 1, idempotencyKey: 'k', wait: 'processed' })
  expect(await send()).toMatchObject({ seq: 2, duplicate: false })
  expect(await send()).toMatchObject({ seq: 2, duplicate: true })
  expect((await runtime.history(id, { after: 1 }))[0]!.event).toEqual({ type: 'ADD' })
  await expect(runtime.send(id, { type: 'ADD' }, { ifSeq: 1, wait: 'processed' })).rejects.toMatchObject({
    code: 'system.changed',
  })
})
