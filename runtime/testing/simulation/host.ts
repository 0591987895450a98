import { hostTime, type Clock } from '../../clock.ts'
import type { Platform } from '../../platform.ts'
import { chance, seededUuid } from './chance.ts'
import type { Happening, World } from './world.ts'

// A Tuesday in June 2025.
export const EPOCH = 1_750_000_000_000

/** One life of one simulated process: what it runs happens only while it lives, and waits while it is paused. */
export class Host {
  readonly process: number
  readonly name: string
  readonly platform: Platform
  readonly clock: Clock
  readonly #world: World
  readonly #held: (() => void)[] = []
  readonly #died = Promise.withResolvers<never>()
  #paused = false
  #alive = true
  #stood = 0
  #wallAhead: number

  /** `wallAhead`: by how much its clock is ahead of the database's. */
  constructor(
    world: World,
    { seed, process, life, wallAhead }: { seed: number; process: number; life: number; wallAhead: number },
  ) {
    this.#world = world
    this.process = process
    this.name = `p${process}.${life}`
    this.#wallAhead = wallAhead
    this.#died.promise.catch(() => {})
    let drawn = 0
    const timers = { setTimeout: (fn: () => void, ms: number) => this.#later(fn, ms), clearTimeout: callOff }
    const wall = () => EPOCH + world.now + this.#wallAhead
    const steady = () => world.now - this.#stood
    this.platform = {
      ...timers,
      setIdleTimeout: timers.setTimeout,
      setImmediate: (fn) => this.#later(fn, 0),
      steady,
      wall,
      random: () => chance(seed, 'random', this.name, drawn++),
      uuid: () => seededUuid(seed, 'uuid', this.name, drawn++),
    }
    this.clock = { ...timers, now: hostTime(wall, steady) }
  }

  get alive(): boolean {
    return this.#alive
  }

  /** Ends a pause before its time. */
  resume: () => void = () => {}

  /** Something reaches the process: an answer, a timer, a notification. */
  reach(happen: () => void) {
    if (!this.#alive) return
    if (this.#paused) this.#held.push(happen)
    else happen()
  }

  crash() {
    this.#alive = false
    this.#died.reject(Object.assign(new Error('the process died'), { code: 'runtime.died' }))
  }

  /** What `work` comes to, unless the process dies before. */
  survive<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#died.promise])
  }

  /** Stops as by SIGSTOP; `away`: as a machine that sleeps. */
  pause(ms: number, { away }: { away: boolean }) {
    if (this.#paused || !this.#alive) return
    this.#paused = true
    const from = this.#world.now
    this.resume = () => {
      if (!this.#paused) return
      this.#paused = false
      if (away) this.#stood += this.#world.now - from
      // Each by itself, as if just arrived.
      for (const happen of this.#held.splice(0)) this.#world.after(0, () => this.reach(happen))
    }
    const { resume } = this
    this.#world.after(ms, () => this.resume === resume && resume())
  }

  setClock(ms: number) {
    this.#wallAhead += ms
  }

  #later(fn: () => void, ms: number): Happening {
    const happening: Happening = this.#world.after(ms, () => this.reach(() => happening.happen && fn()))
    return happening
  }
}

const callOff = (timer: unknown) => {
  if (timer) (timer as Happening).happen = undefined
}
