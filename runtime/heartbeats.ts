import type { AttemptKey, Store } from '../db/index.ts'
import { ActivityFailure } from './failures.ts'
import { patiently } from './patience.ts'
import type { Platform } from './platform.ts'

type Beat = { key: AttemptKey; resolve(): void; reject(error: unknown): void }

/** Heartbeats of many attempts are one statement: those that come while one is under way share the next. */
export class Heartbeats {
  readonly #options: { store: Store; platform: Platform; owner: string }
  #waiting: Beat[] = []
  #beating = false

  constructor(options: { store: Store; platform: Platform; owner: string }) {
    this.#options = options
  }

  /** A lost connection is no answer. Rejects with `activity.superseded` when the attempt is not the current one any more. */
  beat(key: AttemptKey): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject })
      if (!this.#beating) this.#options.platform.setImmediate(() => void this.#send())
    })
  }

  async #send() {
    if (this.#beating) return
    this.#beating = true
    while (this.#waiting.length) await this.#confirm(this.#waiting.splice(0))
    this.#beating = false
  }

  async #confirm(beats: Beat[]) {
    const { store, platform, owner } = this.#options
    try {
      const keys = new Map(beats.map(({ key }) => [keyName(key), key]))
      const current = new Set(
        (await patiently(platform, () => store.confirmAttempts(owner, [...keys.values()]))).map(keyName),
      )
      for (const { key, resolve, reject } of beats) {
        if (current.has(keyName(key))) resolve()
        else reject(superseded())
      }
    } catch (error) {
      for (const { reject } of beats) reject(error)
    }
  }
}

/** One string for an activity of a system. */
export const activityName = (system: string, incarnation: string) => `${system}\u0001${incarnation}`

export const keyName = ({ systemId, incarnation, attempt }: AttemptKey) =>
  `${activityName(systemId, incarnation)}\u0001${attempt}`

export const superseded = () => new ActivityFailure('activity.superseded', 'another attempt took the place of this one')
