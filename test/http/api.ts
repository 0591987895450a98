import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createActivities, createTransfer } from '../../actors/index.ts'
import { createApp, createToken } from '../../http/index.ts'
import { machines } from '../../machines/index.ts'
import { createRuntime, type Runtime } from '../../runtime/index.ts'
import { checkAnswer } from './contract.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

export const host = '127.0.0.1:4000'

export type Answer = { status: number; headers: Headers; body: any }
export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>

export type Api = {
  runtime: Runtime
  database: TestDatabase
  token: string
  tokenHash: string
  app: ReturnType<typeof createApp>
  /** What nobody expected and was logged. */
  logged: unknown[]
  /** With token and Host as they should be; a header of '' is left out. */
  call: Call
  close(): Promise<void>
}

/** The API over the real runtime, machines and activities, on a database of its own. */
export async function openApi(): Promise<Api> {
  const database = await createTestDatabase()
  const home = mkdtempSync(join(tmpdir(), 'adjutant-http-'))
  const activities = createActivities({ home, env: process.env })
  const runtime = await createRuntime({ database: database.database, machines, activities, name: 'http-test' })
  await runtime.start()
  const { token, hash: tokenHash } = createToken()
  const logged: unknown[] = []
  const log = (error: unknown) => logged.push(error)
  const transfer = createTransfer({ home, env: process.env })
  const app = createApp({
    runtime,
    tokenHash,
    hosts: [host],
    origins: [`http://${host}`],
    log,
    transfer,
    maxUploadBytes,
  })
  const close = async () => {
    await runtime.close()
    await database.drop()
    rmSync(home, { recursive: true, force: true })
  }
  return { runtime, database, token, tokenHash, app, logged, call: callOf(app, token), close }
}

const callOf =
  (app: Api['app'], token: string): Call =>
  async (method, path, body, headers = {}) => {
    const all = {
      host,
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }
    const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
    const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body)
    const response = await app.request(path, { method, headers: present, body: text })
    const answer = await answerOf(response)
    checkAnswer(app, method, path, response, answer.body)
    return answer
  }

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : isJson ? JSON.parse(text) : text,
  }
}

type Step = { name: string; dependsOn?: string[]; [field: string]: unknown }

const noop = { executor: { kind: 'noop' } }

/** More than a test's delivery has. */
export const maxUploadBytes = 100_000

/** A directive whose steps deliver at once. Without verifiers they come out yellow, so only `full_auto` passes them. */
export const directive = (fields: Record<string, unknown> = {}, steps: Step[] = [{ name: 'work' }]) => ({
  title: 'Try the API',
  goal: 'every request is answered as it should be',
  autonomy: 'full_auto',
  chain: {
    name: 'trial',
    steps: steps.map((step) => ({ type: 'operate', description: 'works', contract: noop, verifiers: [], ...step })),
  },
  ...fields,
})

/** Creates a directive and, by default, starts it; resolves with its id. */
export async function given(call: Call, body: unknown = directive(), start = true): Promise<string> {
  const created = await call('POST', '/v1/directives', body)
  if (created.status !== 201) throw new Error(JSON.stringify(created.body))
  const { id } = created.body
  if (start) {
    const started = await call('POST', `/v1/directives/${id}/start`)
    if (started.status !== 200) throw new Error(JSON.stringify(started.body))
  }
  return id
}
