// One runtime with the real machines and activities on a database of its own, for all tests of a file.
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { createActivities, noModels } from '../../../actors/index.ts'
import {
  type DirectiveContext,
  DirectiveFile,
  type EmittedEvent,
  machines,
  modelsFor,
} from '../../../machines/index.ts'
import { createRuntime, type Runtime } from '../../../runtime/index.ts'
import { makeFolder } from '../../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { ScriptedProvider } from '../../support/scripted-provider.ts'
import { git, writeAll } from '../../support/thinking.ts'

type Told = EmittedEvent & { seq: number; at: Date; address: string }
type Condition = Parameters<Runtime['waitFor']>[1]

/** One directive on the stage, and what can be done with it and seen of it. */
type Play = {
  id: string
  /** Sends with the present time, and by `anna` unless somebody else is named; answered once it is processed. */
  send(event: { type: string; [field: string]: unknown }, to?: string): Promise<unknown>
  start(): Promise<unknown>
  /** Answers the latest open question of an actor, the directive itself by default. */
  approve(answer?: object, of?: string): Promise<unknown>
  /** Requests changes or denies. */
  answer(type: 'request_changes' | 'deny', answer?: object, of?: string): Promise<unknown>
  until(condition: Condition): Promise<unknown>
  /** Waits for a step's state, by its path: `blocked`, `evaluating.awaitingApproval`. */
  untilStep(step: string, path: string | RegExp, generation?: number): Promise<any>
  context(): Promise<DirectiveContext>
  /** A snapshot's value and context; null: there is no such actor. */
  look(address?: string): Promise<any>
  told(type?: string): Promise<Told[]>
}

type Stage = {
  runtime(): Runtime
  home(): string
  /** What the models `planner` and `agent` say; nothing unless it is scripted. */
  provider: ScriptedProvider
  /** A path in the stage's folder, which nobody has made yet. */
  path(name: string): string
  /** A file that a `waitFor` command waits for. */
  open(name: string): void
  play(file: object): Promise<Play>
  write(folder: string, files: Record<string, string>): void
  /** A repository with one commit on main. */
  repository(files?: Record<string, string>): string
}

let plays = 0
// Beside other work on two cores a git command takes seconds.
const patienceMs = 60_000

export function useStage(): Stage {
  vi.setConfig({ testTimeout: 2 * patienceMs })
  let database: TestDatabase
  let runtime: Runtime
  const folder = makeFolder()
  const provider = new ScriptedProvider()
  let models = noModels
  const home = () => join(realpathSync(folder.path), 'home')
  const path = (name: string) => join(folder.path, name)
  beforeAll(async () => {
    database = await createTestDatabase()
    const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
    mkdirSync(join(folder.path, 'home'))
    await provider.listen()
    models = {
      ...noModels,
      provider: { ...noModels.provider, baseUrl: provider.url, key: 'sk-scripted' },
      defaults: { planner: [], agent: ['agent'], judge: [] },
      prices: ['planner', 'agent'].map((model) => ({ model: `${model}*`, in: 1, out: 10, since: '2020-01-01' })),
    }
    const activities = createActivities({ home: home(), env: env as never, graceMs: 500, models })
    runtime = await createRuntime({ database: database.url, machines, activities, name: 'stage' })
    await runtime.start()
  })
  afterAll(async () => {
    await runtime.close()
    await provider.close()
    await database.drop()
    folder.remove()
  })
  const play = async (file: object): Promise<Play> => {
    const id = `play-${++plays}`
    const parsed = DirectiveFile.parse({ title: 'Try', goal: 'it works', ...file })
    const input = { id, file: parsed, createdAt: Date.now(), models: modelsFor(parsed.model, models.defaults) }
    await runtime.spawn('directive', { id, input })
    return playOf(runtime, id)
  }
  return {
    runtime: () => runtime,
    home,
    provider,
    path,
    open: (name) => writeFileSync(path(name), ''),
    play,
    write: writeAll,
    repository(files = { 'a.txt': 'a\n' }) {
      const at = path(`project-${++plays}`)
      writeAll(at, files)
      git(at, 'init', '--quiet', '--initial-branch=main')
      git(at, 'add', '--all')
      git(at, 'commit', '--quiet', '--message=first')
      return at
    },
  }
}

function playOf(runtime: Runtime, id: string): Play {
  const look = (address = '') => runtime.snapshot(id, address).catch(() => null) as Promise<any>
  const context = async () => (await look()).context as DirectiveContext
  const send: Play['send'] = (event, to = '') => runtime.send(id, { by: 'anna', at: Date.now(), ...event }, { to })
  const question = async (of: string) => {
    const { context: asker } = await look(of)
    expect(asker.openApproval).toBeTruthy()
    return [of, asker.openApproval].filter(Boolean).join('/')
  }
  return {
    id,
    send,
    start: () => send({ type: 'directive.start' }),
    approve: async (answer = {}, of = '') => send({ type: 'approval.approve', ...answer }, await question(of)),
    answer: async (type, answer = {}, of = '') => send({ type: `approval.${type}`, ...answer }, await question(of)),
    until: (condition) => runtime.waitFor(id, condition, { timeout: patienceMs }),
    untilStep: (step, path, generation = 1) =>
      eventually(async () => {
        const snapshot = await look(`${step}-g${generation}`)
        expect(pathsOf(snapshot?.value)).toContainEqual(typeof path === 'string' ? path : expect.stringMatching(path))
        return snapshot
      }, patienceMs),
    context,
    look,
    async told(type) {
      const events = await runtime.emitted(id, { limit: 10_000 })
      return events
        .map(({ event, seq, at, address }) => ({ ...event, seq, at, address }) as Told)
        .filter((event) => type === undefined || event.type === type)
    },
  }
}

/** A state and all states it is in: `{ a: { b: 'c' } }` is `a`, `a.b`, `a.b.c`. */
function pathsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Object.entries(value ?? {}).flatMap(([key, inner]) => [key, ...pathsOf(inner).map((path) => `${key}.${path}`)])
}

type Step = { name: string; [field: string]: unknown }

/** A shell line as a contract. */
export const shell = (line: string, more: object = {}) => ({ executor: { kind: 'command', shell: line, ...more } })
export const noop = { executor: { kind: 'noop' } }
/** Goes on when the file is there. */
export const waitFor = (file: string): string => `until [ -e ${file} ]; do sleep 0.02; done`
export const passing = { name: 'passes', argv: ['true'] }
export const failing = { name: 'fails', shell: 'echo expected 1; exit 3', rerun: false }

/** Steps that deliver at once and are green, unless they say otherwise. */
export const chainOf = (...steps: Step[]) => ({
  name: 'trial',
  steps: steps.map((step) => ({
    type: 'operate',
    description: `does ${step.name}`,
    contract: noop,
    verifiers: [passing],
    ...step,
  })),
})

export const isThere = (path: string): boolean => existsSync(path)
