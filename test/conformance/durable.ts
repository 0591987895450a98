import { isDeepStrictEqual } from 'node:util'
import type { AnyStateMachine, EventObject, SimulatedClock } from 'xstate'
import type { Database } from '../../db/index.ts'
import { createRuntime, Rejection } from '../../runtime/index.ts'
import { createProbe, type Case, type Item } from './case.ts'
import { encode } from './encoding.ts'
import type { Feature } from './features.ts'
import { createRenaming, renameIn, renameObservation, view, type Observation, type Trail } from './trail.ts'

export type Runtime = Awaited<ReturnType<typeof createRuntime>>

/** One case in the runtime: its id names both the registered machine and the system. */
export type Subject = { id: string; testCase: Case; planted?: Feature; records: unknown[] }

export const createSubject = (testCase: Case, id: string, planted?: Feature): Subject => ({
  id,
  testCase,
  planted,
  records: [],
})

/** A started runtime with a fresh machine for every subject; under the same name it takes over from the one before. */
export async function openRuntime(database: Database, clock: SimulatedClock, subjects: readonly Subject[]) {
  const machines = Object.fromEntries(subjects.map((subject) => [subject.id, machineOf(subject)]))
  const runtime = await createRuntime({ database, machines, clock, name: 'conformance', log })
  await runtime.start()
  return runtime
}

// A root that fails parks its system, as many cases mean to.
const log = (problem: string, detail: object) => problem !== 'system.parked' && console.error(problem, detail)

const machineOf = ({ testCase, records, planted }: Subject): AnyStateMachine =>
  testCase.machine(createProbe((entry) => records.push(encode(entry)), planted))

/** Drives one subject through its script and compares as it goes; it ends early at the first difference. */
export class Run {
  readonly subject: Subject
  readonly trail: Trail = { observations: [], emitted: [], records: [] }
  readonly reference: Trail
  /** What ended the run early, when several run side by side. */
  failure: { error: unknown } | undefined
  readonly #patienceMs: number
  readonly #renaming: ReturnType<typeof createRenaming>

  /** `patienceMs`: how long a running promise may take to show its result. */
  constructor(subject: Subject, reference: Trail, patienceMs: number) {
    this.subject = subject
    this.reference = reference
    this.#patienceMs = patienceMs
    const given = new Set(reference.observations.flatMap(Object.keys).flatMap((address) => address.split('/')))
    this.#renaming = createRenaming((id) => given.has(id) && !id.startsWith('numbered-'), { [subject.id]: 'system' })
  }

  get differs(): boolean {
    const index = this.trail.observations.length - 1
    return index >= 0 && !isDeepStrictEqual(this.trail.observations[index], this.reference.observations[index])
  }

  /** Does one step; after a step that failed none is done. */
  async attempt(step: (run: Run) => Promise<unknown>) {
    if (this.failure) return
    await step(this).catch((error: unknown) => (this.failure = { error }))
  }

  async start(runtime: Runtime) {
    await runtime.spawn(this.subject.id, { id: this.subject.id, input: this.subject.testCase.input?.() })
  }

  async perform(item: Item, runtime: Runtime, clock: SimulatedClock) {
    if ('advance' in item) return void clock.increment(item.advance)
    try {
      await runtime.send(this.subject.id, item.send as EventObject, { to: item.to })
    } catch (error) {
      if (!(error instanceof Rejection) || !this.#isIgnored(item.to ?? '')) throw error
    }
  }

  /** Waits until the system is at rest, then notes what it looks like. */
  async observe(runtime: Runtime) {
    const expected = this.reference.observations[this.trail.observations.length]
    const deadline = performance.now() + this.#patienceMs
    let seen: Observation
    do {
      await runtime.settled(this.subject.id)
      seen = renameObservation(await this.#look(runtime), this.#renaming)
    } while (!isDeepStrictEqual(seen, expected) && performance.now() < deadline && (await soon()))
    this.trail.observations.push(seen)
  }

  async finish(runtime: Runtime): Promise<Trail> {
    const emitted = await runtime.emitted(this.subject.id, { limit: 1000 })
    const plain = emitted.map(({ address, event }) => ({ address, event: encode(event) }))
    this.trail.emitted = renameIn(plain, this.#renaming) as Trail['emitted']
    this.trail.records = renameIn(this.subject.records, this.#renaming) as unknown[]
    return this.trail
  }

  // XState silently ignores an event for an actor that is no longer active; the runtime may say so.
  #isIgnored(address: string): boolean {
    const before = this.reference.observations[this.trail.observations.length - 1]
    return before?.['']?.status !== 'active' || before[address]?.status !== 'active'
  }

  async #look(runtime: Runtime, address = '', observation: Observation = {}): Promise<Observation> {
    const { machine, snapshot } = {
      machine: machineOf(this.subject),
      snapshot: await runtime.snapshot(this.subject.id, address),
    }
    observation[address] = view(snapshot, address === '' ? metaOf(machine, snapshot) : undefined)
    for (const child of Object.values(snapshot.children)) await this.#look(runtime, child.address, observation)
    return observation
  }
}

// The snapshot of a reader is plain data: its meta is looked up in the machine by its value.
const metaOf = (machine: AnyStateMachine, { value }: { value: any }): unknown =>
  machine.resolveState({ value, context: {} }).getMeta()

const soon = () => new Promise<true>((resolve) => setTimeout(() => resolve(true), 5))
