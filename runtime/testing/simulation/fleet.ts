import { isTransient, memoryStore, type MemoryTables, type Store } from '../../../db/index.ts'
import { createRuntime, type Runtime } from '../../runtime.ts'
import { workloadActivities } from '../workload-job.ts'
import { workloadMachines } from '../workload-machines.ts'
import type { Recording } from '../workload-recording.ts'
import type { Sender } from '../workload-run.ts'
import { chance, seededUuid } from './chance.ts'
import type { CallFault, TimedFault } from './faults.ts'
import { EPOCH, Host } from './host.ts'
import type { Setting } from './plan.ts'
import { unreliableStore } from './unreliable-store.ts'
import type { World } from './world.ts'

export type Commits = { systemId: string; base: number; turn: string; owner: string | null }[]
/** A seam for planted bugs: another store in the place of the sound one. */
export type Tamper = (store: Store, tables: MemoryTables) => Store

type Berth = { process: number; calls: number; life: number; host: Host | undefined; runtime: Runtime | undefined }
/** A process as its clients see it. */
type Asked = Sender & { process: number; snapshot(id: string): Promise<{ seq: number }> }
type Problem = { problem: string; detail: unknown }

/** All processes of a run, and the database they share. */
export class Fleet {
  readonly tables: MemoryTables
  readonly commits: Commits = []
  readonly injected: CallFault[] = []
  /** What the runtimes complained of. */
  readonly problems: Problem[] = []
  readonly #world: World
  readonly #setting: Setting
  readonly #recording: Recording
  readonly #store: Store
  readonly #berths: Berth[]
  readonly #onTheWay = new Set<object>()
  readonly #last = new Map<string, { owner: string | null; seq: number }>()
  readonly #leases = new Map<string, Host>()
  #outUntil = -1
  #calm = false

  constructor(world: World, setting: Setting, recording: Recording, tamper: Tamper = (store) => store) {
    this.#world = world
    this.#setting = setting
    this.#recording = recording
    let made = 0
    const { store, tables } = memoryStore({
      now: () => EPOCH + world.now,
      uuid: () => seededUuid(setting.seed, 'store', made++),
    })
    this.tables = tables
    this.#store = tamper(this.#counting(store), tables)
    this.#berths = setting.roles.map((_, process) => ({
      process,
      calls: 0,
      life: 0,
      host: undefined,
      runtime: undefined,
    }))
  }

  /** Starts all processes, and lets befall them what shall. */
  launch() {
    for (const berth of this.#berths) this.#boot(berth)
    for (const fault of this.#setting.happenings) this.#world.after(fault.at, () => this.#calm || this.#befall(fault))
  }

  /** From now on nothing goes wrong any more. */
  calm() {
    this.#calm = true
    this.#outUntil = -1
    for (const { host } of this.#berths) host?.resume()
  }

  /** Those that can be asked now; a life has a name of its own. */
  senders(): Asked[] {
    return this.#berths.flatMap((berth) => this.sender(berth.process) ?? [])
  }

  /** The last entry of a system, if it was another process that committed it: this one cannot own the system, then. */
  committedByOthers(process: number, system: string): number {
    const { owner, seq } = this.#last.get(system) ?? { owner: null, seq: 0 }
    const { host } = this.#berths[process] ?? {}
    return owner !== null && this.#leases.get(owner) !== host ? seq : 0
  }

  sender(process: number): Asked | undefined {
    const { host, runtime } = this.#berths[process] ?? {}
    if (!host?.alive || !runtime) return undefined
    return {
      process,
      name: host.name,
      spawn: (machine, options) => host.survive(runtime.spawn(machine, options)),
      send: (id, event, options) => host.survive(runtime.send(id, event, options)),
      snapshot: (id) => host.survive(runtime.snapshot(id)),
    }
  }

  get runtimes(): Runtime[] {
    return this.#berths.flatMap(({ runtime }) => runtime ?? [])
  }

  /** Statements from before the calm that may still change something, also of those who died, and answers. */
  get onTheWay(): number {
    return this.#onTheWay.size
  }

  /** All processes are there, and no lease of one that died. */
  get isWhole(): boolean {
    const living = [...this.tables.processes.keys()].filter((id) => this.tables.lives(id))
    const ready = this.runtimes.filter((runtime) => runtime.ready)
    return ready.length === this.#berths.length && living.every((id) => this.#leases.get(id)?.alive)
  }

  async close() {
    await Promise.all(this.runtimes.map((runtime) => runtime.close()))
  }

  #befall(fault: TimedFault) {
    this.#recording.fault(fault.kind, JSON.stringify(fault))
    if (fault.kind === 'outage') {
      this.#outUntil = this.#world.now + fault.ms
      return
    }
    const berth = this.#berths[fault.process] as Berth
    if (fault.kind === 'crash') this.#crash(berth)
    else if (fault.kind === 'clock') berth.host?.setClock(fault.ms)
    else if (fault.kind === 'close') void this.#restart(berth)
    else berth.host?.pause(fault.ms, { away: fault.kind === 'away' })
  }

  #crash(berth: Berth) {
    if (!berth.host?.alive) return
    berth.host.crash()
    berth.runtime = undefined
    // At once, or when its lease is long over.
    const { seed, leaseMs } = this.#setting
    const away = chance(seed, 'away', berth.host.name) ** 2 * 2.5 * leaseMs
    this.#world.after(away, () => this.#boot(berth))
  }

  async #restart(berth: Berth) {
    const { host, runtime } = berth
    if (!host?.alive || !runtime) return
    berth.runtime = undefined
    await runtime.close()
    if (!host.alive) return
    host.crash()
    this.#world.after(1, () => this.#boot(berth))
  }

  #boot(berth: Berth) {
    const { seed, wallAhead } = this.#setting
    const { process } = berth
    const host = new Host(this.#world, { seed, process, life: berth.life++, wallAhead: wallAhead[process] ?? 0 })
    berth.host = host
    // What cannot start ends, and is started again, as whoever looks after processes would do.
    this.#start(berth, host).catch(() => host.alive && this.#crash(berth))
  }

  async #start(berth: Berth, host: Host) {
    const { seed, leaseMs, cacheSize, concurrency, roles } = this.#setting
    const { process } = berth
    const store = this.#reachable(berth, host)
    // Under its old name it takes over at once; under another it waits for the lease to run out.
    const name = chance(seed, 'name', host.name) < 0.6 ? `p${process}` : host.name
    const runtime = await createRuntime({
      database: { store, close: async () => {} },
      machines: workloadMachines,
      activities: workloadActivities(host.clock, (attempt) => this.#recording.attempt(host.name, attempt)),
      ...{ clock: host.clock, platform: host.platform, name, leaseMs, cacheSize, concurrency, roles: roles[process] },
      log: (problem, detail) => this.#note(host, problem, detail),
    })
    await runtime.start()
    if (host.alive && berth.host === host) berth.runtime = runtime
  }

  #reachable(berth: Berth, host: Host): Store {
    const { seed, callFaults } = this.#setting
    const store = this.#store
    const registerProcess: Store['registerProcess'] = (process) => {
      this.#leases.set(process.id, host)
      return store.registerProcess(process)
    }
    return unreliableStore({
      ...{ world: this.#world, seed, store: { ...store, registerProcess }, host },
      faults: (process, call, name) => (this.#calm ? undefined : callFaults(process, call, name)),
      nextCall: () => berth.calls++,
      isOut: () => this.#world.now < this.#outUntil,
      befell: (fault, name) => {
        this.injected.push(fault)
        this.#recording.fault(fault.kind, `${name} of ${host.name}`)
      },
      crash: () => this.#crash(berth),
      sent: () => {
        const statement = {}
        if (!this.#calm) this.#onTheWay.add(statement)
        return { over: () => this.#onTheWay.delete(statement) }
      },
    })
  }

  #note(host: Host, problem: string, detail: unknown) {
    const isLost = isTransient((detail as { error?: unknown }).error)
    if (host.alive && !isLost && problem !== 'lease.replaced') this.problems.push({ problem, detail })
  }

  #committed(commit: Commits[number], entries: number) {
    this.commits.push(commit)
    this.#last.set(commit.systemId, { owner: commit.owner, seq: commit.base + entries })
  }

  #counting(store: Store): Store {
    return {
      ...store,
      commitTurns: async (turn, owner, turns) => {
        const answers = await store.commitTurns(turn, owner, turns)
        // A turn that only buries mail has no entry, and no number to win.
        for (const { id, base, entries } of turns)
          if (entries.length && answers.some((answer) => answer.id === id && answer.committed))
            this.#committed({ systemId: id, base: base ?? 0, turn, owner }, entries.length)
        return answers
      },
    }
  }
}
