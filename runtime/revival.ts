import { isTransient, type Store } from '../db/index.ts'
import { classifyWithJournal, isUnfitness } from './classification.ts'
import type { Surroundings } from './live-system.ts'
import type { Platform } from './platform.ts'

type Options = {
  store: Store
  platform: Platform
  around: Surroundings
  /** A system goes on. */
  freed(system: string): void
  log(problem: string, detail: object): void
}

const AT_ONCE = 50
// While processes of two versions run, the older one parks what the newer one could go on with.
const LOOK_AGAIN_MS = 30_000

/** Lets systems go on that were parked because they did not fit the code of another process, and fit this one's. */
export class Revival {
  readonly #options: Options
  readonly #unfit = new Set<string>()
  #lookedAt = -Infinity

  constructor(options: Options) {
    this.#options = options
  }

  async look(): Promise<void> {
    const { store, platform, log } = this.#options
    if (platform.steady() - this.#lookedAt < LOOK_AGAIN_MS) return
    this.#lookedAt = platform.steady()
    try {
      const parked = await store.listParked()
      const ids = parked.filter(({ id, reason }) => isUnfitness(reason) && !this.#unfit.has(id)).map(({ id }) => id)
      for (let i = 0; i < ids.length; i += AT_ONCE) await this.#revive(ids.slice(i, i + AT_ONCE))
    } catch (error) {
      if (!isTransient(error)) log('revival.failed', { error })
    }
  }

  async #revive(ids: string[]) {
    const { store, around, freed } = this.#options
    for (const row of await store.loadSystems(ids)) {
      const { verdict } = await classifyWithJournal(store, row, around)
      if (verdict === 'needs_rule' || verdict === 'stuck') this.#unfit.add(row.id)
      else if (row.status === 'parked' && (await store.unparkSystem(row.id)).length) freed(row.id)
    }
  }
}
