import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { ContractContext } from '../machines/index.ts'
import { Rejection } from '../runtime/index.ts'
import type { Runtime } from '../runtime/index.ts'

/** `address` is the contract's, within its directive's system. */
export type Claimed = { systemId: string; address: string; context: ContractContext }

type Row = Awaited<ReturnType<Runtime['list']>>[number]

/** Other processes make offers, too, so whoever waits looks; all who wait share one look. */
const lookMs = 250
/** One claim is a turn of the contract's directive, whose process may be gone. */
const answerMs = 5_000

/** Gives contracts that are offered to the workers that ask, the one that waits longest first. */
export class Claims {
  readonly #runtime: Runtime
  readonly #beingClaimed = new Set<string>()
  #look: { at: number; rows: Promise<Row[]> } | undefined

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  /** Waits until some contract was claimed for this worker. null: the time is up, or the worker has gone. */
  async claim(
    worker: { name: string; labels: readonly string[] },
    { waitMs, signal }: { waitMs: number; signal: AbortSignal },
  ): Promise<Claimed | null> {
    const until = performance.now() + waitMs
    for (;;) {
      for (const row of await this.#offersFor(worker.labels)) {
        if (signal.aborted) return null
        const claimed = await this.#tryClaim(row, worker)
        if (claimed && !signal.aborted) return claimed
        if (claimed) await this.#giveBack(claimed)
      }
      const left = until - performance.now()
      if (left <= 0 || signal.aborted) return null
      await pause(Math.min(left, lookMs), undefined, { signal }).catch(() => {})
    }
  }

  async #offersFor(labels: readonly string[]): Promise<Row[]> {
    const now = performance.now()
    if (!this.#look || now - this.#look.at >= lookMs / 2)
      this.#look = { at: now, rows: this.#runtime.list('offer', { key: 'worker' }) }
    const rows = (await this.#look.rows).filter(({ data }) =>
      data.labels.every((each: string) => labels.includes(each)),
    )
    return rows.sort((a, b) => a.data.since - b.data.since)
  }

  /** Several may try, also through other processes: the contract's lease names the claim that won. */
  async #tryClaim(row: Row, { name, labels }: { name: string; labels: readonly string[] }): Promise<Claimed | null> {
    const { systemId, address, data } = row
    if (this.#beingClaimed.has(data.contractId)) return null
    this.#beingClaimed.add(data.contractId)
    try {
      const claim = randomUUID()
      const event = { type: 'contract.claim', at: Date.now(), by: name, labels: [...labels], claim }
      const sending = this.#runtime.send(systemId, event, { to: address, idempotencyKey: claim, wait: 'processed' })
      await Promise.race([sending, pause(answerMs, undefined, { ref: false })])
      const { context } = await this.#runtime.snapshot(systemId, address)
      return context.lease?.claim === claim ? { systemId, address, context } : null
    } catch (error) {
      // It has ended meanwhile, or waits for an operator: others may be had.
      if (error instanceof Rejection) return null
      throw error
    } finally {
      this.#beingClaimed.delete(data.contractId)
    }
  }

  async #giveBack({ systemId, address, context }: Claimed): Promise<void> {
    const event = { type: 'contract.release', at: Date.now(), fence: context.fence }
    await this.#runtime.send(systemId, event, { to: address }).catch(() => undefined)
  }
}
