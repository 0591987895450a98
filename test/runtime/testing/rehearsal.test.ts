import { expect, onTestFinished, test } from 'vitest'
import { fromCallback, setup } from 'xstate'
import { ActivityFailure } from '../../../runtime/index.ts'
import { memoryDatabase, type Policy, rehearse, Script } from '../../../runtime/testing/index.ts'
import { eventually } from '../../support/eventually.ts'
import { ANNA, DAY, order } from './order.ts'

const pay = { type: 'pay', card: 'visa' }
const paid = { output: { receipt: 'r-1' } }
const sent = { output: { parcel: 'p-1' } }

async function opened(script: Script) {
  const rehearsal = await rehearse({ machines: { order }, script })
  onTestFinished(() => rehearsal.close())
  return rehearsal
}

const scripted = (policies?: Record<string, Policy>) => new Script([order], policies)

test('a machine runs as in production, on a database in memory', async () => {
  const rehearsal = await opened(scripted().on('charge', paid).on('ship', sent))
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.send(id, pay)
  expect(await rehearsal.waitFor(id, 'done')).toMatchObject({
    value: 'shipped',
    context: { receipt: 'r-1', parcel: 'p-1' },
  })
  expect(await rehearsal.emitted(id)).toEqual([{ type: 'shipped', parcel: 'p-1' }])
  expect((await rehearsal.history(id)).filter(({ address }) => address === '')).toHaveLength(4)
  expect(rehearsal.problems).toEqual([])
})

test('a day goes by at once, and no timer is early', async () => {
  const rehearsal = await opened(scripted())
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.pass(DAY - 1)
  expect((await rehearsal.snapshot(id)).value).toBe('placed')
  await rehearsal.pass(1)
  expect((await rehearsal.snapshot(id)).value).toBe('expired')
})

test('of two days the first timer still fires at its own instant', async () => {
  const rehearsal = await opened(scripted())
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.pass(2 * DAY)
  expect((await rehearsal.history(id)).at(-1)?.at.getTime()).toBe(DAY)
})

test('attempts answer by the script, and are tried again as the policy says', async () => {
  const busy = new ActivityFailure('bank.busy', 'come again', { retryable: true })
  const script = scripted({ charge: { retry: { maxAttempts: 3, initialMs: 60_000 } } })
  const rehearsal = await opened(script.on('charge', { error: busy }, { error: busy }, paid).on('ship', sent))
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.send(id, pay)
  await rehearsal.pass(600_000)
  expect((await rehearsal.snapshot(id)).value).toBe('shipped')
  const charges = script.attempts.filter(({ src }) => src === 'charge')
  expect(charges.map(({ attempt, system, input }) => ({ attempt, system, input }))).toEqual(
    [1, 2, 3].map((attempt) => ({ attempt, system: id, input: { card: 'visa', cents: 1250 } })),
  )
  expect(new Set(charges.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
})

test('an answer may depend on what is asked', async () => {
  const script = scripted().on('charge', ({ input }) => {
    if (input.card !== 'visa') throw new Error('refused')
    return { receipt: `for ${input.cents}` }
  })
  const rehearsal = await opened(script)
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.send(id, { type: 'pay', card: 'false' })
  await rehearsal.settled()
  expect((await rehearsal.snapshot(id)).value).toBe('placed')
  await rehearsal.send(id, pay)
  await rehearsal.settled()
  expect(await rehearsal.snapshot(id)).toMatchObject({ value: 'shipping', context: { receipt: 'for 1250' } })
})

test('what hangs is cancelled with the state that waits for it, or ended by the test', async () => {
  const script = scripted().on('charge', 'hang')
  const rehearsal = await opened(script)
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.send(id, pay)
  await script.end(id, 'charge', 0, ({ end }) => end({ receipt: 'late' }))
  await eventually(async () => expect((await rehearsal.snapshot(id)).value).toBe('shipping'))
  await rehearsal.send(id, { type: 'cancel' })
  expect((await rehearsal.snapshot(id)).value).toBe('cancelled')
})

test('of two that hang only the silent one is given up', async () => {
  const policies = { charge: { heartbeatMs: 600, retry: { maxAttempts: 2, initialMs: 0 } } }
  const hanging = scripted(policies).on('charge', 'hang')
  const silent = scripted(policies).on('charge', 'silent', paid)
  const [one, other] = [await opened(hanging), await opened(silent)]
  for (const each of [one, other]) {
    await each.spawn('order', { id: 'order-1', input: ANNA })
    await each.send('order-1', pay)
  }
  await eventually(async () => {
    await other.settled()
    expect((await other.snapshot('order-1')).value).toBe('shipping')
  })
  expect(silent.attempts.filter(({ src }) => src === 'charge')).toHaveLength(2)
  expect(hanging.attempts).toHaveLength(1)
  expect((await one.snapshot('order-1')).value).toBe('charging')
})

test('a process that dies with an attempt is replaced, and the attempt repeated under its key', async () => {
  const script = scripted().on('charge', 'crash', 'crash', paid).on('ship', sent)
  const rehearsal = await opened(script)
  const { id } = await rehearsal.spawn('order', { input: ANNA })
  await rehearsal.send(id, pay)
  await rehearsal.waitFor(id, 'done')
  const charges = script.attempts.filter(({ src }) => src === 'charge')
  expect(charges.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  expect(new Set(charges.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  expect(rehearsal.problems).toEqual([])
})

test('timers, systems and attempts under way outlast a restart and a crash', async () => {
  const script = scripted()
  const rehearsal = await opened(script)
  const [{ id }, other] = [
    await rehearsal.spawn('order', { input: ANNA }),
    await rehearsal.spawn('order', { input: ANNA }),
  ]
  await rehearsal.send(id, pay)
  await rehearsal.restart()
  await rehearsal.crash()
  await script.end(id, 'charge', 0, ({ end }) => end({ receipt: 'r' }))
  await rehearsal.waitFor(id, { matches: 'shipping' })
  await rehearsal.pass(DAY)
  expect((await rehearsal.snapshot(other.id)).value).toBe('expired')
})

test('a script of a name that no machine has is refused', () => {
  expect(() => scripted().on('chrage', paid)).toThrow('no machine invokes chrage: charge, ship')
})

test('a machine that cannot be durable is refused, and the database is closed', async () => {
  let closed = false
  const database = { ...memoryDatabase(), close: async () => void (closed = true) }
  const listening = setup({ actors: { listen: fromCallback(() => {}) } }).createMachine({ invoke: { src: 'listen' } })
  await expect(rehearse({ machines: { listening }, database })).rejects.toMatchObject({ code: 'machine.not_durable' })
  expect(closed).toBe(true)
})
