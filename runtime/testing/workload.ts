import type { JobInput } from './workload-job.ts'
import type { WorkloadEvent, WorkloadMachine } from './workload-machines.ts'
import type { Operation, Outcome } from './workload-recording.ts'

/** How much there is of what; every number may be left out. */
export type Mix = {
  /** Systems that get events at a time; one that had its share makes room for a new one. */
  systems?: number
  /** Operations per system, about. */
  share?: number
  /** The longest timer, delay, beat and slow activity, in milliseconds. */
  longestMs?: number
  /** Operations that are begun at once by one client, at most. */
  burst?: number
}

const DEFAULTS: Required<Mix> = { systems: 12, share: 40, longestMs: 1_500, burst: 6 }
const CLERKS = ['ann', 'bob', 'cat']
const NAMES = ['left', 'right']
const REMEMBERED = 60

type Known = { id: string; machine: WorkloadMachine; left: number; jobs: string[]; hired: string[] }
type Sent = Extract<Operation, { kind: 'send' }>

/** A seeded source of operations. The same `random` and the same answers give the same operations. */
export class Workload {
  readonly #random: () => number
  readonly #mix: Required<Mix>
  readonly #prefix: string
  readonly #open: Known[] = []
  readonly #closed: string[] = []
  /** Whose spawn was answered: a message to one that is on its way may be early, and would be a dead letter. */
  readonly #there = new Set<string>()
  readonly #again: Operation[] = []
  readonly #keyed: Sent[] = []
  #count = 0

  /** `prefix` sets this workload's system ids apart from those of others on the same database. */
  constructor(random: () => number, { prefix = '', ...mix }: Mix & { prefix?: string } = {}) {
    this.#random = random
    this.#mix = { ...DEFAULTS, ...mix }
    this.#prefix = prefix
  }

  /** The next operations of a client: to be begun in this order, none waiting for the one before. */
  next(): Operation[] {
    const size = 1 + this.#below(this.#mix.burst)
    const first = this.#one()
    if (first.kind === 'spawn') return [first]
    const burst: Operation[] = [first]
    const system = this.#open.find(({ id }) => id === first.system)
    while (system && system.left > 0 && burst.length < size) burst.push(this.#send(system))
    return burst
  }

  /** What came of an operation. A spawn that did not succeed, and what is unknown and has a key, is asked for again. */
  learn(operation: Operation, outcome: Outcome) {
    const acknowledged = outcome.as === 'acknowledged'
    if (operation.kind === 'spawn') {
      if (acknowledged) this.#there.add(operation.id)
      else this.#again.push(operation)
      return
    }
    const keyed = operation.options.idempotencyKey !== undefined
    if (keyed && outcome.as === 'unknown') this.#again.push(operation)
    if (keyed && acknowledged) {
      this.#keyed.push(operation)
      if (this.#keyed.length > REMEMBERED) this.#keyed.shift()
    }
  }

  #one(): Operation {
    if (this.#again.length && this.#chance(0.5)) return this.#again.shift() as Operation
    if (this.#keyed.length && this.#chance(0.06)) return this.#pick(this.#keyed)
    if (this.#closed.length && this.#chance(0.02)) return this.#addressed(this.#pick(this.#closed), this.#note())
    if (this.#chance(0.005)) return this.#addressed(`${this.#prefix}nobody`, this.#note())
    if (this.#open.length < this.#mix.systems && (this.#open.length < 2 || this.#chance(0.3))) return this.#spawn()
    const there = this.#open.filter(({ id }) => this.#there.has(id))
    // Some are told before their spawn was answered.
    return this.#send(this.#pick(there.length && !this.#chance(0.02) ? there : this.#open))
  }

  #spawn(): Operation {
    const { share, longestMs } = this.#mix
    const id = `${this.#prefix}s${++this.#count}`
    const machine = this.#weighted<WorkloadMachine>({ ledger: 7, beacon: 2, errand: 1 })
    const left = machine === 'errand' ? 3 : 1 + this.#below(2 * share)
    this.#open.push({ id, machine, left, jobs: [], hired: [] })
    return { kind: 'spawn', machine, id, input: this.#input(machine, id, longestMs) }
  }

  #input(machine: WorkloadMachine, name: string, longestMs: number): unknown {
    const ms = 1 + this.#below(longestMs)
    if (machine === 'ledger') return { name }
    if (machine === 'beacon') return { name, beats: 1 + this.#below(6), ms }
    return { name, patience: 1 + this.#below(2 * longestMs), input: { job: 'errand', ...this.#plan() } }
  }

  #send(system: Known): Operation {
    system.left--
    const last = system.left <= 0
    if (last) {
      this.#open.splice(this.#open.indexOf(system), 1)
      this.#closed.push(system.id)
    }
    const event = last && this.#chance(0.6) ? this.#event('close') : this.#eventFor(system)
    const to = event.type === 'note' && system.hired.length && this.#chance(0.3) ? this.#pick(system.hired) : undefined
    return this.#addressed(system.id, event, to)
  }

  #addressed(system: string, event: WorkloadEvent, to?: string): Operation {
    const idempotencyKey = this.#chance(0.5) ? `k-${event.id}` : undefined
    const delay = this.#chance(0.08) ? this.#below(this.#mix.longestMs) : undefined
    const wait = this.#chance(0.25) ? ('processed' as const) : undefined
    const given = { to, idempotencyKey, delay, wait }
    const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    return { kind: 'send', system, event, options }
  }

  #eventFor(system: Known): WorkloadEvent {
    if (system.machine === 'errand') return this.#note()
    if (system.machine === 'beacon') return this.#chance(0.3) ? this.#event('nudge') : this.#note()
    return this.#ledgerEvent(system)
  }

  #ledgerEvent(system: Known): WorkloadEvent {
    const kinds = { note: 30, arm: 14, disarm: 6, relay: 12, hire: 5, dismiss: 3, ask: 6, work: 8, drop: 4 }
    const id = this.#id()
    const type = this.#weighted<keyof typeof kinds>(kinds)
    if (type === 'arm') return { type, id, name: this.#pick(NAMES), ms: this.#below(this.#mix.longestMs) }
    if (type === 'disarm') return { type, id, name: this.#pick(NAMES) }
    if (type === 'relay') return { type, id, to: this.#otherThan(system.id) }
    if (type === 'work') {
      system.jobs.push(id)
      return { type, id, ...this.#plan() }
    }
    if (type === 'drop') return { type, id, job: system.jobs.length ? this.#pick(system.jobs) : 'none' }
    if (type === 'note') return { type, id }
    const clerk = this.#pick(CLERKS)
    if (type === 'hire' && !system.hired.includes(clerk)) system.hired.push(clerk)
    return { type, id, clerk }
  }

  #plan(): { how: JobInput['how']; ms: number } {
    const how = this.#weighted({ succeed: 4, fail: 1, flaky: 2, slow: 3, talk: 2 })
    return { how, ms: how === 'slow' ? this.#below(this.#mix.longestMs) : this.#below(20) }
  }

  #otherThan(id: string): string {
    const known = [...this.#open.map((each) => each.id), ...this.#closed.slice(-3)]
    const others = known.filter((each) => each !== id && this.#there.has(each))
    return others.length && !this.#chance(0.03) ? this.#pick(others) : `${this.#prefix}nobody`
  }

  #note = (): WorkloadEvent => this.#event('note')
  #event = (type: 'note' | 'nudge' | 'close'): WorkloadEvent => ({ type, id: this.#id() })
  #id = () => `e${++this.#count}`
  #below = (n: number) => Math.floor(this.#random() * n)
  #chance = (share: number) => this.#random() < share
  #pick = <T>(items: T[]): T => items[this.#below(items.length)] as T

  #weighted<T extends string>(weights: Record<T, number>): T {
    const entries = Object.entries(weights) as [T, number][]
    let left = this.#random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) if ((left -= weight) < 0) return name
    return (entries.at(-1) as [T, number])[0]
  }
}
