import { createActor, SimulatedClock, type AnyActorRef } from 'xstate'
import { createProbe, type Case, type Item } from './case.ts'
import { addressOf, encode, join } from './encoding.ts'
import type { Feature } from './features.ts'
import { createRenaming, renameIn, renameObservation, view, type Observation, type Trail } from './trail.ts'

const isGiven = (id: string) => !/^x:\d+$/.test(id)

/** Runs the case in plain XState, in memory, with a simulated clock. */
export async function runReference(testCase: Case, planted?: Feature): Promise<Trail> {
  const trail: Trail = { observations: [], emitted: [], records: [] }
  const clock = new SimulatedClock()
  const root = createActor(testCase.machine(createProbe((entry) => trail.records.push(encode(entry)), planted)), {
    id: 'system',
    clock,
    input: testCase.input?.(),
    logger: () => {},
    inspect: (inspected) => {
      if (inspected.type !== '@xstate.actor') return
      const ref = inspected.actorRef as AnyActorRef
      ref.on('*', (event) => trail.emitted.push({ address: addressOf(ref as never), event: encode(event) }))
    },
  })
  root.subscribe({ error: () => {} })
  root.start()
  await settle(clock)
  trail.observations.push(observe(root))
  for (const item of testCase.script) {
    perform(item, root, clock, planted !== undefined)
    await settle(clock)
    trail.observations.push(observe(root))
  }
  const seen = renamed(trail)
  root.stop()
  return seen
}

function perform(item: Item, root: AnyActorRef, clock: SimulatedClock, planted: boolean) {
  if ('advance' in item) return clock.increment(item.advance)
  const target = find(root, item.to ?? '')
  if (target) target.send(item.send)
  else if (!planted) throw new Error(`no actor at '${item.to}'`)
}

function find(root: AnyActorRef, address: string): AnyActorRef | undefined {
  const ids = address === '' ? [] : address.split('/')
  return ids.reduce<AnyActorRef | undefined>(
    (ref, id) => (ref ? childrenOf(ref).find((child) => child.id === id) : undefined),
    root,
  )
}

const childrenOf = (ref: AnyActorRef): AnyActorRef[] =>
  Object.values((ref.getSnapshot() as { children?: Record<string, AnyActorRef> }).children ?? {}).filter(Boolean)

function observe(ref: AnyActorRef, address = '', observation: Observation = {}): Observation {
  const snapshot = ref.getSnapshot()
  observation[address] = view(snapshot, address === '' ? snapshot.getMeta?.() : undefined)
  for (const child of childrenOf(ref)) observe(child, join(address, child.id), observation)
  return observation
}

// Promises of a case settle in a few microtasks; several turns of the event loop let their effects follow. Timers that
// are due at once fire without a move of the clock, as with a real one.
async function settle(clock: SimulatedClock) {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.increment(0)
  }
}

function renamed(trail: Trail): Trail {
  const renaming = createRenaming(isGiven)
  return {
    observations: trail.observations.map((observation) => renameObservation(observation, renaming)),
    emitted: renameIn(trail.emitted, renaming) as Trail['emitted'],
    records: renameIn(trail.records, renaming) as unknown[],
  }
}
