import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import path from 'node:path'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import * as restate from '@restatedev/restate-sdk'
import { xstate } from '@restatedev/xstate'
import { account, notes, type Account } from '../account.ts'
import { steadyRate, type Contestant } from '../measurement.ts'
import { versionOf } from '../version.ts'

const server = `server ${versionOf('@restatedev/restate-server')}`
const STARTS_WITHIN_MS = 30_000

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })

const agent = new Agent({ keepAlive: true, maxSockets: 2_000 })

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } })
    sent.once('error', reject)
    sent.once('response', (answer) => {
      text(answer).then((said) => {
        if ((answer.statusCode ?? 500) < 300) resolve(said)
        else reject(new Error(`${url} was answered ${answer.statusCode}: ${said.slice(0, 200)}`))
      }, reject)
    })
    sent.end(JSON.stringify(body))
  })
}

async function until(act: () => Promise<unknown>): Promise<void> {
  const patience = performance.now() + STARTS_WITHIN_MS
  for (;;) {
    try {
      await act()
      return
    } catch (error) {
      if (performance.now() > patience) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** A server of its own in `folder`, with the services of this process registered; the address of its ingress. */
async function served<T>(folder: string, service: any, use: (ingress: string) => Promise<T>): Promise<T> {
  const [ingress, admin, fabric, own] = (await Promise.all([1, 2, 3, 4].map(freePort))) as [
    number,
    number,
    number,
    number,
  ]
  const binary = path.join(
    import.meta.dirname,
    `../node_modules/@restatedev/restate-server-${process.platform}-${process.arch}/bin/restate-server`,
  )
  const child = spawn(binary, ['--base-dir', folder, '--node-name', 'bench', '--no-logo'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      RUST_LOG: 'error',
      DO_NOT_TRACK: '1',
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_LISTEN_MODE: 'tcp',
      RESTATE_BIND_ADDRESS: `127.0.0.1:${fabric}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${fabric}`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    },
  })
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => reject(new Error(`restate-server ended with ${signal ?? code}`)))
  })
  died.catch(() => {})
  try {
    await restate.serve({ services: [service], port: own })
    await Promise.race([
      died,
      until(() => post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${own}`, force: true })),
    ])
    return await Promise.race([died, use(`http://127.0.0.1:${ingress}`)])
  } finally {
    child.kill('SIGKILL')
  }
}

const concurrencies = [16, 64, 200]

const integration: Contestant = {
  name: 'Restate, its XState integration',
  version: `${versionOf('@restatedev/xstate')}, ${server}`,
  unit: 'an event by HTTP to one of as many machines as there are at a time, each a virtual object, answered with its snapshot; in its own log, not in Postgres',
  times: 15,
  concurrencies,
  run: ({ folder }, { seconds, concurrency }) =>
    served(folder, xstate('account', account), async (ingress) => {
      const ids = Array.from({ length: concurrency }, (_, i) => `machine-${i}`)
      await Promise.all(ids.map((id) => post(`${ingress}/account/${id}/create`, {})))
      return steadyRate({ seconds, concurrency, warmUp: 3 }, (which) =>
        post(`${ingress}/account/${ids[which]}/send`, { event: { type: 'ADD', by: 1 } }),
      )
    }),
}

const object = restate.object({
  name: 'plain',
  handlers: {
    add: async (ctx: restate.ObjectContext, by: number) => {
      const state = (await ctx.get<Account>('state')) ?? { n: 0, last: 0, notes: notes() }
      ctx.set('state', { ...state, n: state.n + by, last: by })
      return state.n + by
    },
  },
})

const plain: Contestant = {
  name: 'Restate, a virtual object',
  version: `SDK ${versionOf('@restatedev/restate-sdk')}, ${server}`,
  unit: 'a call by HTTP that changes 1.5 kB of state of one of as many virtual objects as there are at a time, without XState; in its own log, not in Postgres',
  concurrencies,
  run: ({ folder }, { seconds, concurrency }) =>
    served(folder, object, (ingress) =>
      steadyRate({ seconds, concurrency, warmUp: 3 }, (which) => post(`${ingress}/plain/object-${which}/add`, 1)),
    ),
}

export const contestants = [integration, plain]
