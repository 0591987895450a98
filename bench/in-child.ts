import { fork, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import type { Order } from './child.ts'

const SAID_AT_MOST = 20_000

/** Groups of processes that live now; each child leads one, so that its own children are reached with it. */
const living = new Set<ChildProcess>()

/** Ends all that was started, whatever it is doing. */
export function endAll() {
  for (const child of living) end(child)
}

function end(child: ChildProcess) {
  living.delete(child)
  try {
    if (child.pid) process.kill(-child.pid, 'SIGKILL')
  } catch {
    return // the whole group has gone
  }
}

/** Carries an order out in a process of its own. Throws what it said last when it fails or takes too long. */
export async function inChild<T>(order: Order, patienceMs: number): Promise<T> {
  const child = fork(path.join(import.meta.dirname, 'child.ts'), [JSON.stringify(order)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  living.add(child)
  let said = ''
  const hear = (text: Buffer) => (said = (said + text.toString()).slice(-SAID_AT_MOST))
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const timer = setTimeout(
    () => reject(new Error(`took longer than ${patienceMs / 1_000} s; ${last(said)}`)),
    patienceMs,
  )
  let answer: { value: T } | undefined
  child.on('message', (value) => (answer = { value: value as T }))
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (answer) resolve(answer.value)
    else reject(new Error(`ended with ${signal ?? `code ${code}`}; ${last(said)}`))
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    end(child)
  }
}

const last = (said: string): string => {
  const lines = said
    .trim()
    .split('\n')
    .filter((line) => !/^\s*(at |node:|Node\.js)/.test(line) && line.trim())
  const telling = lines.find((line) => /^\w*(Error|Rejection)/.test(line.trim()))
  return (telling ? [telling] : lines.slice(-3)).join(' | ').slice(0, 300) || 'it said nothing'
}
