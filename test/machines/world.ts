// A world for a directive in memory: XState's own actors, a simulated clock, and activities that are plain functions.
import { type AnyActorRef, createActor, fromPromise, SimulatedClock, waitFor } from 'xstate'
import {
  type Chain,
  DirectiveFile,
  type EmittedEvent,
  machines,
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
export function createWorld(given: DirectiveFile = file(), changes: Activities = {}) {
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
  const contract = machines.contract.machine.provide({
    actors: { workspace: fake('workspace'), contractor: fake('contractor') } as never,
  })
  const stepMachine = machines.step.machine.provide({
    actors: { contract, detector: fake('detector'), verifier: fake('verifier'), merger: fake('merger') } as never,
  })
  const directive = machines.directive.machine.provide({
    actors: {
      step: stepMachine,
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
    input: { id: 'd', file: given, createdAt: started },
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
