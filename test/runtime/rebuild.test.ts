import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createActor, type AnyActorRef, type InspectionEvent } from 'xstate'
import type { Runtime } from '../../runtime/index.ts'
import { useHosts } from './hosts.ts'
import { anyEvent, shapeshifter } from './shapeshifter.ts'

const hosts = useHosts()

type Step = { how: 'send'; event: any } | { how: 'restart' | 'crash' }
const options = { name: 'rebuild', machines: { shapeshifter } }

type State = { address: string; value: unknown; context: unknown; status: string }
const byAddress = (states: State[]) => Object.groupBy(states, ({ address }) => address)

/** Plain XState, and every state its actors came to. */
function createReference() {
  const states: State[] = []
  const addressOf = (actor: AnyActorRef): string => {
    const parent = (actor as unknown as { _parent?: AnyActorRef })._parent
    if (!parent) return ''
    return [addressOf(parent), actor.id.replaceAll('/', '%2F')].filter(Boolean).join('/')
  }
  const inspect = (inspected: InspectionEvent) => {
    if (inspected.type !== '@xstate.snapshot') return
    const { value, context, status } = inspected.snapshot as any
    states.push(structuredClone({ address: addressOf(inspected.actorRef as AnyActorRef), value, context, status }))
  }
  const actor = createActor(shapeshifter, { inspect })
  actor.start()
  return { states, send: (event: any) => actor.send(event) }
}

/** What memory holds, and what another process rebuilds from the last checkpoint and the deltas after it. */
async function expectSameAsRebuilt(memory: Runtime, reader: Runtime, id: string) {
  const root = await memory.snapshot(id)
  expect(await reader.snapshot(id)).toStrictEqual(root)
  for (const { address } of Object.values(root.children))
    expect(await reader.snapshot(id, address)).toStrictEqual(await memory.snapshot(id, address))
}

async function drive(steps: Step[], reader: Runtime) {
  let runtime = await hosts.start(options)
  const { id } = await runtime.spawn('shapeshifter')
  const reference = createReference()
  for (const step of steps) {
    if (step.how === 'send') {
      await runtime.send(id, step.event, { wait: 'processed' })
      reference.send(structuredClone(step.event))
    } else {
      await runtime.close({ abandon: step.how === 'crash' })
      runtime = await hosts.start(options)
      await runtime.settled(id)
    }
    await expectSameAsRebuilt(runtime, reader, id)
  }
  const history = await runtime.history(id, { limit: 100_000 })
  const entries = history.map(({ address, value, context, status }) => ({ address, value, context, status }))
  // By address: XState tells of a child's first state before that of the transition which made the child.
  expect(byAddress(entries)).toStrictEqual(byAddress(reference.states))
  await runtime.close()
  return { id, entries: entries.length }
}

const sends = (count: number, salt: number): Step[] =>
  fc.sample(anyEvent, { numRuns: count, seed: salt }).map((event) => ({ how: 'send', event }))

test(
  'every state is rebuilt from a checkpoint and deltas as it was in memory, at every entry',
  { timeout: 90_000 },
  async () => {
    const reader = await hosts.start({ ...options, name: 'reader', roles: [] })
    const steps = fc.array(
      fc.oneof(
        { weight: 20, arbitrary: fc.record({ how: fc.constant('send' as const), event: anyEvent }) },
        { weight: 1, arbitrary: fc.record({ how: fc.constantFrom('restart' as const, 'crash' as const) }) },
      ),
      { minLength: 10, maxLength: 40, size: 'max' as const },
    )
    await fc.assert(
      fc.asyncProperty(steps, async (given) => void (await drive(given as Step[], reader))),
      // A failure is not made smaller: it would take minutes.
      { numRuns: 8, seed: 20_261_122, endOnFailure: true },
    )
  },
)

test('and across checkpoints that commits write, with crashes in between', { timeout: 90_000 }, async () => {
  const reader = await hosts.start({ ...options, name: 'reader', roles: [] })
  const crash: Step = { how: 'crash' }
  const { id, entries } = await drive([...sends(140, 1), crash, ...sends(140, 2), crash, ...sends(20, 3)], reader)
  expect(entries).toBeGreaterThan(300)
  const [row] = await hosts.sql`select seq, checkpoint_seq from system where id = ${id}`
  expect(row!.checkpointSeq).toBeGreaterThan(0)
})
