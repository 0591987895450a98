// A world for a directive in memory: XState's own actors, a simulated clock, and activities that are plain functions.
import { type AnyActorRef, createActor, fromPromise, SimulatedClock, waitFor } from 'xstate'
import {
  type Chain,
  DirectiveFile,
  type EmittedEvent,
  machines,
  type Models,
  type Step,
  type VerifierResult,
  type VerifierSpec,
} from '../../machines/index.ts'

export type Activities = Record<string, (input: any, self: AnyActorRef) => unknown>

const started = 1_800_000_000_000

export const verified = (verifier: VerifierSpec, status: VerifierResult['status'] = 'passed'): VerifierResult => ({
  name: verifier.name,
  type: verifier.type,
  why: verifier.why,
  command: verifier.argv?.join(' ') ?? '',
  exitCode: status === 'failed' ? 1 : status === 'unavailable' ? null : 0,
  durationMs: 5,
  outputTail: status === 'failed' ? 'expected 1, got 2' : '',
  weight: verifier.weight,
  required: verifier.required,
  status,
  score: status === 'passed' || status === 'flaky' ? 1 : 0,
})

export const delivered = (commit: string | null, changes: object = {}) => ({
  outcome: 'delivered',
  session: null,
  costs: [],
  evidence: {
    commit,
    modifiedFiles: ['src/a.ts'],
    modifiedFilesOmitted: 0,
    diffStat: { files: 1, insertions: 2, deletions: 1 },
    summary: 'done',
    artifacts: [],
    logs: { path: null, bytes: 0, tail: '' },
    ...changes,
  },
})

/** What a model answers, for so many dollars. */
export const said = (answer: object | string, usd = 0.01) => ({
  outcome: 'answered',
  answer: {
    model: 'm-1',
    text: typeof answer === 'string' ? answer : JSON.stringify(answer),
    toolCalls: [],
    finish: 'stop',
  },
  costs: [{ model: 'm-1', tokens: { in: 100, out: 10, cached: 0, reasoning: 0 }, usd, source: 'estimated' }],
  durationMs: 10,
})

/** A plan as a model writes it: each step after the one before. */
export const planned = (names: string[], changes: object = {}) => ({
  rationale: 'so it goes',
  name: 'plan',
  description: '',
  steps: names.map((name, index) => ({
    name,
    type: 'implement',
    description: `do ${name}`,
    dependsOn: names.slice(Math.max(0, index - 1), index),
    acceptanceCriteriaIds: ['AC1'],
    executor: 'model',
    verifiers: ['auto'],
    ...changes,
  })),
})

/** A judgement as a model writes it. */
export const judged = (verdicts: Record<string, string>, file = 'src/a.ts') => ({
  criteria: Object.entries(verdicts).map(([id, verdict]) => ({
    id,
    why: `because of ${id}`,
    citations: [{ file, firstLine: 1, lastLine: 2 }],
    verdict,
  })),
})

/** Everything goes well. */
export const fair: Activities = {
  workspace: ({ step, generation, repository }) => ({
    path: `/w/${step}`,
    branch: repository && `adjutant/d/steps/${step}-g${generation}`,
    baseCommit: repository && 'base',
    setup: null,
  }),
  contractor: ({ contract }) => delivered(`c-${contract.step}-${contract.attempt}`),
  detector: () => ({
    verifiers: [
      {
        name: 'test',
        type: 'command',
        argv: ['npm', 'test'],
        weight: 1,
        required: true,
        timeoutSeconds: 9,
        rerun: true,
        why: 'found',
      },
    ],
    tamperPaths: ['test/**'],
  }),
  verifier: ({ verifier }) => verified(verifier),
  merger: ({ op, step, contractId, mergeCommit }) =>
    op === 'prepare'
      ? { status: 'ready', mergeCommit: `m-${step}-${contractId}`, tip: 'base', tipMoved: false }
      : { status: 'merged', commit: mergeCommit },
  // Whoever plans may choose the built-in agent; whoever judges may cite what was delivered.
  briefer: ({ purpose, models }) => ({
    conversation: { sha256: 'a'.repeat(64), bytes: 1 },
    prompt: { name: purpose, version: '1' },
    tokens: 100,
    prices: Object.fromEntries(models.map((model: string) => [model, { in: 1, out: 1 }])),
    citable: { 'src/a.ts': [[1, 9]] },
    menu: purpose === 'plan' ? { executors: { model: { kind: 'command', argv: ['true'] } }, verifiers: [] } : null,
  }),
  model: ({ purpose }) => said(purpose === 'plan' ? planned(['one']) : judged({ AC1: 'met' })),
  tools: () => ({
    conversation: { sha256: 'b'.repeat(64), bytes: 2 },
    tokens: 200,
    progress: 'delivered',
    advanced: true,
    delivered: 'did it',
    durationMs: 5,
  }),
  publisher: () => ({ url: 'https://example.org/pulls/1', number: 1, commit: 'c', created: true }),
  cleaner: () => ({ removed: [], kept: [] }),
}

export const step = (name: string, dependsOn: string[] = [], changes: Partial<Step> = {}) => ({
  name,
  type: 'implement',
  description: `do ${name}`,
  dependsOn,
  contract: { executor: { kind: 'command', argv: ['true'] } },
  ...changes,
})

export const chain = (...steps: object[]) => ({ name: 'plan', steps }) as unknown as Chain

export const file = (changes: object = {}): DirectiveFile =>
  DirectiveFile.parse({
    title: 'Fix it',
    goal: 'it works',
    repository: { path: '/repo' },
    chain: chain(step('one'), step('two', ['one'])),
    ...changes,
  })

export type World = ReturnType<typeof createWorld>

/** A directive in draft. What it starts is stopped by `close`. */
export function createWorld(given: DirectiveFile = file(), changes: Activities = {}, models: Partial<Models> = {}) {
  const clock = new SimulatedClock()
  const emitted: EmittedEvent[] = []
  const calls: { activity: string; input: any }[] = []
  let extra = 0
  const now = () => started + clock.now() + extra++
  const activities = { ...fair, ...changes }
  const fake = (name: string) =>
    fromPromise(async ({ input, self }: any) => {
      calls.push({ activity: name, input })
      const output = await activities[name]!(input, self)
      return { at: now(), ...(output as object) }
    })
  const completion = machines.completion.machine.provide({ actors: { model: fake('model') } as never })
  const asking = { actors: { briefer: fake('briefer'), completion } as never }
  const judge = machines.judge.machine.provide(asking)
  const agent = machines.agent.machine.provide({
    actors: { briefer: fake('briefer'), completion, tools: fake('tools') } as never,
  })
  const contract = machines.contract.machine.provide({
    actors: { workspace: fake('workspace'), contractor: fake('contractor'), agent } as never,
  })
  const stepMachine = machines.step.machine.provide({
    actors: {
      contract,
      judge,
      detector: fake('detector'),
      verifier: fake('verifier'),
      merger: fake('merger'),
    } as never,
  })
  const directive = machines.directive.machine.provide({
    actors: {
      step: stepMachine,
      judge,
      modelPlanner: machines.planner.machine.provide(asking),
      planner: fake('planner'),
      detector: fake('detector'),
      verifier: fake('verifier'),
      publisher: fake('publisher'),
      cleaner: fake('cleaner'),
    } as never,
  })
  const root = createActor(directive, {
    id: 'directive',
    clock,
    input: { id: 'd', file: given, createdAt: started, models: { planner: ['m'], agent: ['m'], judge: [], ...models } },
    inspect: (event) => {
      if (event.type === '@xstate.actor') (event.actorRef as any).on?.('*', (each: EmittedEvent) => emitted.push(each))
    },
  }).start()
  root.subscribe({ error: () => {} })

  const actorAt = (address: string): any =>
    address.split('/').reduce((ref: any, id) => (id === '' ? ref : ref?.getSnapshot().children[id]), root)
  const snapshotAt = (address: string) => actorAt(address)?.getSnapshot()
  return {
    root,
    clock,
    emitted,
    calls,
    now,
    actorAt,
    snapshotAt,
    context: () => root.getSnapshot().context,
    value: () => root.getSnapshot().value as any,
    /** Sends with the present time. */
    send: (event: object, address = '') => actorAt(address).send({ at: now(), ...event }),
    approve: (address: string, changes: object = {}) =>
      actorAt(address).send({ type: 'approval.approve', by: 'anna', at: now(), ...changes }),
    types: (type: string) => emitted.filter((each) => each.type === type),
    called: (activity: string) => calls.filter((each) => each.activity === activity).map((each) => each.input),
    /** Resolves when an actor's snapshot meets the condition, which may be a state's path. */
    until: (condition: string | ((snapshot: any) => boolean), address = '') =>
      waitFor(
        actorAt(address),
        (snapshot: any) => (typeof condition === 'string' ? matches(snapshot.value, condition) : condition(snapshot)),
        { timeout: 5000 },
      ),
    close: () => root.stop(),
  }
}

const matches = (value: any, path: string): boolean => {
  const [first, ...rest] = path.split('.')
  if (typeof value === 'string') return value === first && rest.length === 0
  if (!(first! in value)) return false
  return rest.length === 0 || matches(value[first!], rest.join('.'))
}

/** Something that resolves when the test says so. */
export function gate<T = void>() {
  let open!: (value: T) => void
  let fail!: (error: unknown) => void
  const passed = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { passed, open, fail }
}
