import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Recording } from '../../runtime/testing/workload-recording.ts'
import type { Sender } from '../../runtime/testing/workload-run.ts'
import { UNREACHABLE, type Answer, type Request } from './wording.ts'
import { layWire, type Wire } from './wire.ts'

const program = new URL('./host.ts', import.meta.url).pathname
const AGAIN_MS = 200

type Pending = { resolve(answer: any): void; reject(error: Error): void }

/** A runtime process with its wire; it is kept alive: one that ends is started again under the same name. */
export class Host {
  readonly name: string
  readonly wire: Wire
  readonly leaseMs: number
  readonly #recording: Recording
  readonly #log: string
  readonly #pending = new Map<number, Pending>()
  #child: ChildProcess | undefined
  #life = 0
  #asked = 0
  #ready = false
  #wanted = true
  #keeping: Promise<void> | undefined
  /** Held down by a fault for as long as that lasts. */
  restartAfterMs = 0
  /** Ends that nobody brought about. */
  readonly died: string[] = []
  #killed = false

  private constructor(wire: Wire, { name, leaseMs, recording, folder }: Given) {
    this.name = name
    this.wire = wire
    this.leaseMs = leaseMs
    this.#recording = recording
    this.#log = path.join(folder, `${name}.log`)
  }

  static async start(url: string, given: Given): Promise<Host> {
    const host = new Host(await layWire(url), given)
    host.#keeping = host.#keep()
    return host
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get ready(): boolean {
    return this.#ready
  }

  get unanswered(): number {
    return this.#pending.size
  }

  /** This life of the process, to send through. */
  get sender(): Sender | undefined {
    if (!this.#ready) return undefined
    return {
      name: `${this.name}#${this.#life}`,
      spawn: (machine, { id, input }) => this.#ask({ kind: 'spawn', machine: machine as never, id, input }),
      send: (system, event, options) => this.#ask({ kind: 'send', system, event: event as never, options }),
    }
  }

  kill() {
    this.#killed = true
    this.#child?.kill('SIGKILL')
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT') {
    this.#child?.kill(signal)
  }

  jump(ms: number) {
    this.#tell({ jump: ms })
  }

  /** Ends it gracefully; false: it had to be killed. */
  async close(patienceMs: number): Promise<boolean> {
    this.#wanted = false
    this.#tell({ close: true })
    const late = pause(patienceMs).then(() => false)
    const graceful = await Promise.race([this.#keeping?.then(() => true) ?? true, late])
    if (!graceful) this.kill()
    await this.#keeping
    await this.wire.close()
    return graceful
  }

  async #keep() {
    while (this.#wanted) {
      await this.#live()
      await pause(AGAIN_MS + this.restartAfterMs)
    }
  }

  async #live() {
    const output = openSync(this.#log, 'a')
    const { url } = this.wire
    const options = JSON.stringify({ url, name: this.name, leaseMs: this.leaseMs })
    const child = fork(program, [options], { stdio: ['ignore', output, output, 'ipc'] })
    closeSync(output)
    this.#child = child
    this.#life++
    this.#killed = false
    const sender = `${this.name}#${this.#life}`
    child.on('message', (answer: Answer) => this.#hear(sender, answer))
    child.on('error', () => {})
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
    this.#ready = false
    if (!this.#killed && code !== UNREACHABLE && this.#wanted) this.died.push(`${sender} ended with ${code ?? signal}`)
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of pending) reject(Object.assign(new Error('its process ended'), { code: 'runtime.died' }))
  }

  #hear(sender: string, { n, ready, answer, error, attempt }: Answer) {
    if (ready) this.#ready = true
    if (attempt) this.#recording.attempt(sender, attempt)
    const pending = n === undefined ? undefined : this.#pending.get(n)
    if (!pending) return
    this.#pending.delete(n as number)
    if (answer) pending.resolve(answer)
    else pending.reject(Object.assign(new Error(error?.message), { name: error?.name, code: error?.code }))
  }

  #ask(ask: Request['ask']): Promise<any> {
    const n = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#pending.set(n, { resolve, reject })
      this.#tell({ n, ask })
    })
  }

  #tell(request: Request) {
    if (this.#child?.connected) this.#child.send(request, () => {})
  }
}

type Given = { name: string; leaseMs: number; recording: Recording; folder: string }
