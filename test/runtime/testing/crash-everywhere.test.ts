import { inject, expect, test } from 'vitest'
import { assign, setup } from 'xstate'
import { crashEverywhere, type Rehearsal, Script, temporaryDatabase } from '../../../runtime/testing/index.ts'
import { ANNA, DAY, order } from './order.ts'

const script = () =>
  new Script([order], { charge: { retry: { maxAttempts: 2, initialMs: 1_000 } } })
    .on('charge', { error: new Error('busy') }, { output: { receipt: 'r-1' } })
    .on('ship', { output: { parcel: 'p-1' } })

async function scenario(rehearsal: Rehearsal) {
  const bought = await rehearsal.spawn('order', { input: ANNA })
  const forgotten = await rehearsal.spawn('order', { input: { ...ANNA, customer: 'Bert' } })
  await rehearsal.send(bought.id, { type: 'pay', card: 'visa' })
  await rehearsal.pass(5_000)
  await rehearsal.send(forgotten.id, { type: 'pay', card: 'visa' }, { delay: 2 * DAY, wait: 'accepted' })
  await rehearsal.pass(3 * DAY)
}

test('wherever the process dies, machines and callers come to the same end', async () => {
  const report = await crashEverywhere({ setting: () => ({ machines: { order }, script: script() }), scenario })
  expect(report.differences).toEqual([])
  // Which commits are one is a matter of time.
  expect(report.sites.length - report.missed.length).toBeGreaterThan(15)
  expect(new Set(report.sites.map(({ point }) => point)).size).toBe(7)
  expect(report.undisturbed).toMatchObject([
    { id: 'order-1', actor: { value: 'shipped' }, emitted: [{ type: 'shipped', parcel: 'p-1' }] },
    { id: 'order-2', actor: { value: 'expired' }, emitted: [] },
  ])
})

test('the same on a Postgres server, each run in a database of its own', async () => {
  const setting = async () => ({
    machines: { order },
    script: script(),
    database: await temporaryDatabase(inject('serverUrl')),
  })
  const report = await crashEverywhere({ setting, scenario, points: ['commit.sent', 'activity.ran'] })
  expect(report.differences).toEqual([])
  expect(report.sites.length).toBeGreaterThan(5)
})

test('an activity that does its deed again without a look at its key is found out', async () => {
  const setting = () => {
    let parcels = 0
    const activities = { ship: async () => ({ parcel: `p-${++parcels}` }) }
    return { machines: { order }, script: script(), activities }
  }
  const { differences } = await crashEverywhere({ setting, scenario })
  // The parcel was sent, and nobody had written it down yet.
  expect(differences.map(({ site }) => site.point)).toContain('activity.ran')
  for (const { end } of differences) expect(end).toMatchObject([{ actor: { context: { parcel: 'p-2' } } }, {}])
})

test('a caller who gives every repetition another key is found out', async () => {
  const counter = setup({ types: { context: {} as { n: number } } }).createMachine({
    context: { n: 0 },
    on: { add: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
  })
  let keys = 0
  const add = async (rehearsal: Rehearsal) => {
    const { id } = await rehearsal.spawn('counter')
    await rehearsal.send(
      id,
      {
        type: 'add',
      },
      {
        get idempotencyKey() {
          return `key-${++keys}`
        },
      },
    )
  }
  const { differences } = await crashEverywhere({ setting: () => ({ machines: { counter } }), scenario: add })
  expect(differences.map(({ site }) => site.point)).toEqual(['commit.sent', 'commit.after'])
})

test('a scenario that fails after a crash is a difference, one that fails without is no report', async () => {
  const setting = () => ({ machines: { order }, script: script() })
  const fragile = async (rehearsal: Rehearsal) => {
    let seen = 0
    await rehearsal.spawn('order', { input: ANNA })
    await rehearsal.send('order-1', { type: 'cancel' })
    for (const { attempt } of rehearsal.script.attempts) seen += attempt
    if (rehearsal.crashes > 0) throw new Error('it noticed')
    expect(seen).toBe(0)
  }
  const { differences } = await crashEverywhere({ setting, scenario: fragile, points: ['commit.after'] })
  expect(differences).toMatchObject([{ error: new Error('it noticed') }, { error: new Error('it noticed') }])
  const broken = async () => {
    throw new Error('broken')
  }
  await expect(crashEverywhere({ setting, scenario: broken })).rejects.toThrow('broken')
})
