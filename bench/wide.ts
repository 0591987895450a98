// What the API answers while a directive of 200 steps runs in the same process, as `adjutant serve` runs it, asked from
// outside: node bench/wide.ts [--steps 200] [--times 5] [--json]
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { stopEmbedded } from '../db/index.ts'
import { longFile } from './directives.ts'
import { quantile, rounded, type Figure } from './figures.ts'

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '200' },
    times: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})

// The server answers 3,000 requests a minute: two every 40 ms, which the answers take some of.
const EVERY_MS = 30
const PATIENCE_MS = 300_000

type Serving = { url: string; token: string; child: ChildProcess }
type Answered = { status: number; body: string; ms: number }

async function serve(home: string): Promise<Serving> {
  const launcher = path.join(import.meta.dirname, '../cli/adjutant.mjs')
  const child = spawn(process.execPath, [launcher, 'serve', '--port', '0', '--json'], {
    env: { PATH: process.env.PATH, HOME: home, ADJUTANT_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = text(child.stderr)
  const ended = once(child, 'exit').then(async () => Promise.reject(new Error(await said)))
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string]
  return { ...(JSON.parse(line) as { url: string; token: string }), child }
}

async function ask({ url, token }: Serving, method: string, target: string, body?: object): Promise<Answered> {
  const began = performance.now()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const asked = request(url + target, { method, headers }).end(body && JSON.stringify(body))
  const [answer] = await once(asked, 'response')
  const said = await text(answer)
  if (answer.statusCode >= 400) throw new Error(`${method} ${target} was answered ${answer.statusCode}: ${said}`)
  return { status: answer.statusCode, body: said, ms: performance.now() - began }
}

/** Asks for the list and for the directive, one after the other, until the directive has ended. */
async function watch(serving: Serving, id: string): Promise<{ lists: number[]; reads: number[] }> {
  const [lists, reads]: [number[], number[]] = [[], []]
  const until = performance.now() + PATIENCE_MS
  while (performance.now() < until) {
    lists.push((await ask(serving, 'GET', '/v1/directives')).ms)
    const { body, ms } = await ask(serving, 'GET', `/v1/directives/${id}`)
    reads.push(ms)
    const { state } = JSON.parse(body) as { state: string }
    if (state === 'completed') return { lists, reads }
    if (state === 'failed' || state === 'stopped') throw new Error(`the directive is ${state}: ${body}`)
    await pause(EVERY_MS)
  }
  throw new Error(`after ${PATIENCE_MS} ms the directive still ran`)
}

async function measure(home: string): Promise<Figure[]> {
  const serving = await serve(home)
  try {
    const [steps, times] = [Number(values.steps), Number(values.times)]
    // A process answers its first requests slower than the rest: what is loaded on demand is loaded then.
    for (const one of [1, 2]) await watch(serving, await begin(serving, 3 + one))
    const [lists, reads, seconds]: [number[], number[], number[]] = [[], [], []]
    for (let n = 0; n < times; n++) {
      const began = performance.now()
      const watched = await watch(serving, await begin(serving, steps))
      seconds.push((performance.now() - began) / 1_000)
      lists.push(...watched.lists)
      reads.push(...watched.reads)
    }
    const figures = (name: string, ms: number[]): Figure[] => [
      { name: `${name}, ${ms.length} times, median`, value: quantile(ms, 0.5), unit: 'ms' },
      { name: `${name}, 99 of 100`, value: quantile(ms, 0.99), unit: 'ms' },
      { name: `${name}, longest`, value: Math.max(...ms), unit: 'ms' },
    ]
    const whole = { name: `${steps} no-op steps, the slowest of ${times}`, value: Math.max(...seconds), unit: 's' }
    return [whole, ...figures('list of directives', lists), ...figures('read of the directive', reads)]
  } finally {
    serving.child.kill('SIGTERM')
    await once(serving.child, 'exit')
  }
}

async function begin(serving: Serving, steps: number): Promise<string> {
  const created = await ask(serving, 'POST', '/v1/directives', longFile(steps, 'wide'))
  const { id } = JSON.parse(created.body) as { id: string }
  await ask(serving, 'POST', `/v1/directives/${id}/start`)
  return id
}

const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-bench-'))
chmodSync(folder, 0o711) // run by root, the server's user must get in
const home = path.join(folder, 'home')
mkdirSync(home)
try {
  const figures = await measure(home)
  if (values.json) console.log(JSON.stringify(figures))
  else
    for (const { name, value, unit } of figures)
      console.log(`${name.padEnd(48)}${String(rounded(value)).padStart(9)} ${unit}`)
} finally {
  await stopEmbedded(home)
  rmSync(folder, { recursive: true, force: true })
}
