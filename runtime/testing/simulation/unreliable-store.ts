import type { Store } from '../../../db/index.ts'
import { chance } from './chance.ts'
import type { CallFault, CallFaults } from './faults.ts'
import type { Host } from './host.ts'
import type { World } from './world.ts'

export type Line = {
  world: World
  seed: number
  store: Store
  host: Host
  faults: CallFaults
  /** The number of this call among those of the process, over all its lives. */
  nextCall(): number
  /** The server is not there now. */
  isOut(): boolean
  /** Something befell a call. */
  befell(fault: CallFault, name: string): void
  crash(): void
  /** A statement, or its answer, is on its way until it is `over`. */
  sent(): { over(): void }
}

type Work = () => Promise<unknown>
type Settle = { resolve(answer: unknown): void; reject(error: Error): void }

const lost = (code = 'CONNECTION_CLOSED') => Object.assign(new Error('the connection was lost'), { code })

/** The store as a process sees it over a network: every call takes its time, by itself, and may go wrong. */
export function unreliableStore(line: Line): Store {
  const { store } = line
  const names = Object.keys(store) as (keyof Store)[]
  const calls = names.map((name) => [
    name,
    (...given: unknown[]) =>
      new Promise((resolve, reject) => {
        // What is sent is what it was when it was sent.
        const sent = structuredClone(given)
        const { over } = line.sent()
        const work = async () => (store[name] as (...given: unknown[]) => Promise<unknown>)(...sent)
        new Call(line, name, { resolve, reject }, over).make(work)
      }),
  ])
  return { ...(Object.fromEntries(calls) as Store), ...unreliableChannel(line) }
}

class Call {
  readonly #line: Line
  readonly #name: string
  readonly #number: number
  readonly #settle: Settle

  readonly #over: () => void

  constructor(line: Line, name: string, settle: Settle, over: () => void) {
    this.#over = over
    this.#line = line
    this.#name = name
    this.#number = line.nextCall()
    this.#settle = settle
  }

  make(work: Work) {
    const { faults, host, befell, isOut } = this.#line
    const fault = faults(host.process, this.#number, this.#name)
    if (fault) befell(fault, this.#name)
    if (isOut()) return this.#lose(this.#latency('there'), lost('ECONNREFUSED'))
    this.#befallen(work, fault?.kind, fault?.ms ?? 0)
  }

  #befallen(work: Work, kind: CallFault['kind'] | undefined, ms: number) {
    const { world, crash } = this.#line
    const there = this.#latency('there')
    switch (kind) {
      case undefined:
      case 'slow there':
      case 'slow back':
        return this.#answered(work, there + (kind === 'slow there' ? ms : 0), kind === 'slow back' ? ms : 0)
      case 'refused':
        return this.#lose(there, lost())
      case 'deadlock':
        return this.#lose(there, lost('40P01'))
      case 'unanswered':
        world.after(there, () => this.#unheard(work))
        return this.#refuse(there + this.#latency('back'), lost())
      case 'late':
        this.#refuse(there, lost())
        return void world.after(there + ms, () => this.#unheard(work))
      case 'crash before':
        this.#over()
        return crash()
      case 'crash after':
        return void world.after(there, () => {
          this.#unheard(work)
          crash()
        })
      case 'crash, late':
        world.after(there + ms, () => this.#unheard(work))
        return crash()
    }
  }

  #answered(work: Work, there: number, slowBack: number) {
    const { world, host, isOut } = this.#line
    world.after(there, () => {
      if (isOut()) return this.#lose(0, lost())
      const back = this.#latency('back') + slowBack
      const arrive = (settle: () => void) =>
        world.after(back, () => {
          this.#over()
          if (isOut()) this.#refuse(0, lost())
          else host.reach(settle)
        })
      work().then(
        (answer) => arrive(() => this.#settle.resolve(answer)),
        (error: Error) => arrive(() => this.#settle.reject(error)),
      )
    })
  }

  // It happens, and nobody hears of it.
  #unheard(work: Work) {
    this.#over()
    void work().catch(() => {})
  }

  #lose(after: number, error: Error) {
    this.#over()
    this.#refuse(after, error)
  }

  #refuse(after: number, error: Error) {
    const { world, host } = this.#line
    world.after(after, () => host.reach(() => this.#settle.reject(error)))
  }

  #latency(way: 'there' | 'back'): number {
    const { seed, host } = this.#line
    return 0.1 + chance(seed, way, host.process, this.#number) ** 4 * 8
  }
}

/** A notification arrives late, twice, or not at all. */
function unreliableChannel({ world, seed, store, host, isOut }: Line): Pick<Store, 'listen' | 'notify'> {
  let heard = 0
  return {
    listen: (channel, hear) =>
      store.listen(channel, (payload) => {
        if (isOut() || !host.alive) return
        const luck = chance(seed, 'note', host.name, heard++)
        const times = luck < 0.15 ? 0 : luck < 0.3 ? 2 : 1
        for (let n = 0; n < times; n++) {
          const ms = 0.2 + chance(seed, 'note back', host.name, heard, n) ** 3 * 30
          world.after(ms, () => host.reach(() => hear(payload)))
        }
      }),
    notify: async (channel, payload) => {
      if (isOut()) throw lost()
      world.after(0.5, () => void store.notify(channel, payload))
    },
  }
}
