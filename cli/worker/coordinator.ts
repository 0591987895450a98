import { openAsBlob } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Assignment } from '../../actors/index.ts'
import { Refusal } from '../refusal.ts'

/** The server said no, and would say it again: 4xx. `code` is the problem's. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Claim = Assignment & {
  contract: Assignment['contract'] & { phases: string[] }
  leaseMs: number
  logBytes: number
}

/** What was spent under this lease, from its entry `from` on. */
export type Spent = { from: number; costs: object[] }

export type Beat = { message?: string; phase?: string; log?: { offset: number; text: string }; spent?: Spent }

type Request = { method?: string; body?: Blob | string; type?: string; key?: string; signal: AbortSignal }

/** Between tries while the server is away. */
const againMs = 1000

/** The server that hands out contracts. Everything is asked by us: nobody needs to reach this machine. */
export class Coordinator {
  readonly #url: string
  readonly #token: string

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, '')
    this.#token = token
  }

  /** null: none meanwhile. */
  async claim(body: { worker: string; labels: string[]; waitMs: number }, signal: AbortSignal): Promise<Claim | null> {
    const answer = await this.#ask('claim', { ...json(body), signal })
    return answer.status === 204 ? null : ((await answer.json()) as Claim)
  }

  /** null: there is no repository. */
  async workspace({ contract, fence }: Claim, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | null> {
    const answer = await this.#insist(`${idOf(contract)}/workspace?fence=${fence}`, { method: 'GET', signal })
    return answer.status === 204 ? null : (answer.body as AsyncIterable<Uint8Array> | null)
  }

  async heartbeat({ contract, fence }: Claim, beat: Beat, signal: AbortSignal): Promise<void> {
    await this.#ask(`${idOf(contract)}/heartbeat`, { ...json({ fence, ...beat }), signal })
  }

  /** What must not get lost: tried until it is there. */
  async report({ contract, fence }: Claim, beat: Beat, signal: AbortSignal): Promise<void> {
    await this.#insist(`${idOf(contract)}/heartbeat`, { ...json({ fence, ...beat }), signal })
  }

  async deliver(
    { contract, fence }: Claim,
    { bundle, summary, spent }: { bundle: string | null; summary: string; spent: Spent },
    signal: AbortSignal,
  ): Promise<void> {
    const id = idOf(contract)
    let delivery: unknown = null
    if (bundle !== null) {
      const body = await openAsBlob(bundle)
      const upload = { body, type: 'application/x-git-bundle', signal }
      delivery = await (await this.#insist(`${id}/upload?fence=${fence}`, upload)).json()
    }
    const key = `${contract.id}:${fence}:deliver`
    await this.#insist(`${id}/deliver`, { ...json({ fence, delivery, summary, spent }), key, signal })
  }

  async fail({ contract, fence }: Claim, failure: object, signal: AbortSignal): Promise<void> {
    const key = `${contract.id}:${fence}:fail`
    await this.#insist(`${idOf(contract)}/fail`, { ...json({ fence, ...failure }), key, signal })
  }

  async release({ contract, fence }: Claim, signal: AbortSignal): Promise<void> {
    await this.#ask(`${idOf(contract)}/release`, { ...json({ fence }), signal })
  }

  /** Until there is an answer that will not change. */
  async #insist(path: string, request: Request): Promise<Response> {
    for (;;) {
      try {
        return await this.#ask(path, request)
      } catch (error) {
        if (error instanceof Refused || request.signal.aborted) throw error
        await pause(againMs, undefined, { signal: request.signal })
      }
    }
  }

  async #ask(path: string, { method = 'POST', body, type, key, signal }: Request): Promise<Response> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      ...(type !== undefined && { 'content-type': type }),
      ...(key !== undefined && { 'idempotency-key': key }),
    }
    const url = `${this.#url}/v1/contracts/${path}`
    const answer = await fetch(url, { method, headers, signal, redirect: 'error', ...(body !== undefined && { body }) })
    if (answer.ok) return answer
    const problem = (await answer.json().catch(() => ({}))) as { code?: string; detail?: string }
    const message = problem.detail ?? `${answer.status} ${answer.statusText}`
    if (answer.status === 401) throw new Refusal('token.invalid', `${this.#url} does not take this token`)
    if (answer.status >= 500 || answer.status === 429) throw new Error(message)
    throw new Refused(answer.status, problem.code ?? 'request.refused', message)
  }
}

const json = (value: unknown) => ({ body: JSON.stringify(value), type: 'application/json' })

const idOf = ({ id }: { id: string }): string => encodeURIComponent(id)
