import type { Store } from '../db/index.ts'
import { pause, type Platform } from './platform.ts'

/** `m:` mail for a system · `a:` an activity was queued · `c:` an activity was cancelled · `g:` a system is to be given up. */
export type Note = `m:${string}` | `a:` | `c:${string}` | `g:${string}`

const CHANNEL = 'adjutant'
// NOTIFY refuses payloads of 8,000 bytes.
const MAX_PAYLOAD = 7_000

/**
 * Tells other processes that there is something to do. Notes are coalesced and sent after the commit on a connection of
 * their own: a NOTIFY inside every commit costs two thirds of the commits at 16 connections. A poll covers what is lost.
 */
export class Wakeups {
  readonly #store: Store
  readonly #platform: Platform
  readonly #self: string
  readonly #pending = new Set<Note>()
  #listening: { unlisten(): Promise<void> } | undefined
  #sending: Promise<void> | undefined

  constructor(store: Store, platform: Platform, self: string) {
    this.#store = store
    this.#platform = platform
    this.#self = self
  }

  async listen(hear: (notes: Note[]) => void) {
    this.#listening = await this.#store.listen(CHANNEL, (payload) => {
      const { from, notes } = readPayload(payload)
      if (from !== this.#self) hear(notes)
    })
  }

  tell(note: Note) {
    // One that fits into no payload is left to the poll.
    if (note.length < MAX_PAYLOAD - 200) this.#pending.add(note)
    this.#sending ??= pause(this.#platform, 0).then(() => this.#send())
  }

  async close() {
    await this.#sending
    await this.#listening?.unlisten().catch(() => {})
  }

  async #send() {
    while (this.#pending.size) {
      const notes: Note[] = []
      let size = 100
      for (const note of this.#pending) {
        size += note.length + 3
        if (size > MAX_PAYLOAD) break
        notes.push(note)
        this.#pending.delete(note)
      }
      await this.#store.notify(CHANNEL, JSON.stringify({ from: this.#self, notes })).catch(() => {})
    }
    this.#sending = undefined
  }
}

// Anybody may notify on a channel: what is not ours is not heard.
function readPayload(payload: string): { from: string; notes: Note[] } {
  try {
    const { from, notes } = JSON.parse(payload) as { from: string; notes: Note[] }
    return { from, notes: Array.isArray(notes) ? notes.filter((note) => typeof note === 'string') : [] }
  } catch {
    return { from: '', notes: [] }
  }
}
