import { assign, emit, enqueueActions, fromPromise, sendParent, setup } from 'xstate'
import type { JobInput, JobResult } from './workload-job.ts'

/** Every event carries an id of its own; whoever gets one writes the id down, so that a checker can count. */
export type WorkloadEvent =
  | { type: 'note'; id: string; from?: string }
  | { type: 'arm'; id: string; name: string; ms: number }
  | { type: 'disarm'; id: string; name: string }
  | { type: 'relay'; id: string; to: string }
  | { type: 'hire' | 'dismiss' | 'ask'; id: string; clerk: string }
  | { type: 'work'; id: string; how: JobInput['how']; ms: number }
  | { type: 'drop'; id: string; job: string }
  | { type: 'nudge' | 'close'; id: string }

type Ring = { type: 'ring'; id: string }
type Told = { type: 'told'; id: string; clerk: string }
type Progress = { type: 'progress'; job: string; attempt: number; part: number }

export type LedgerContext = {
  name: string
  /** Ids of the events it got from outside and from other systems, in order. */
  got: string[]
  /** Ids of the `arm` events whose timer fired. */
  rung: string[]
  /** What clerks told, as `<clerk>:<id>`. */
  told: string[]
  clerks: string[]
  jobs: Record<string, 'begun' | 'done' | 'failed' | 'dropped'>
  results: JobResult[]
  /** `<job>:<attempt>:<part>` */
  progress: string[]
}

const job = fromPromise<JobResult, JobInput>(async () => Promise.reject(new Error('the activity `job` was not given')))

const clerk = setup({
  types: { context: {} as { name: string; got: string[] }, input: {} as { name: string }, events: {} as WorkloadEvent },
  actions: {
    note: assign({ got: ({ context, event }) => [...context.got, event.id] }),
    tell: sendParent(({ context, event }) => ({ type: 'told', id: event.id, clerk: context.name })),
  },
}).createMachine({
  id: 'clerk',
  context: ({ input }) => ({ name: input.name, got: [] }),
  on: { note: { actions: ['note', 'tell'] } },
})

/** Notes, timers, messages to other systems, children and activities, as its events ask for. */
const ledger = setup({
  types: {
    context: {} as LedgerContext,
    input: {} as { name: string },
    events: {} as WorkloadEvent | Ring | Told | Progress,
    emitted: {} as { type: 'noted'; id: string },
  },
  actors: { clerk, job },
  actions: {
    note: assign({ got: ({ context, event }) => [...context.got, (event as WorkloadEvent).id] }),
    announce: emit(({ event }) => ({ type: 'noted', id: (event as WorkloadEvent).id })),
    rung: assign({ rung: ({ context, event }) => [...context.rung, (event as Ring).id] }),
    told: assign({
      told: ({ context, event }) => [...context.told, `${(event as Told).clerk}:${(event as Told).id}`],
    }),
    progress: assign({
      progress: ({ context, event }) => {
        const { job, attempt, part } = event as Progress
        return [...context.progress, `${job}:${attempt}:${part}`]
      },
    }),
    arm: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'arm') enqueue.raise({ type: 'ring', id: event.id }, { id: event.name, delay: event.ms })
    }),
    disarm: enqueueActions(({ enqueue, event }) => {
      if (event.type === 'disarm') enqueue.cancel(event.name)
    }),
    relay: enqueueActions(({ enqueue, event, context, system }) => {
      if (event.type !== 'relay') return
      const target = system.get(`//${event.to}/`)
      if (target) enqueue.sendTo(target, { type: 'note', id: event.id, from: context.name } as never)
    }),
    hire: enqueueActions(({ enqueue, event, context }) => {
      if (event.type !== 'hire' || context.clerks.includes(event.clerk)) return
      enqueue.spawnChild('clerk', { id: event.clerk, input: { name: event.clerk } })
      enqueue.assign({ clerks: [...context.clerks, event.clerk] })
    }),
    dismiss: enqueueActions(({ enqueue, event, context }) => {
      if (event.type !== 'dismiss' || !context.clerks.includes(event.clerk)) return
      enqueue.stopChild(event.clerk)
      enqueue.assign({ clerks: context.clerks.filter((each) => each !== event.clerk) })
    }),
    ask: enqueueActions(({ enqueue, event, context }) => {
      if (event.type === 'ask' && context.clerks.includes(event.clerk))
        enqueue.sendTo(event.clerk, { type: 'note', id: event.id })
    }),
    work: enqueueActions(({ enqueue, event, context }) => {
      if (event.type !== 'work') return
      enqueue.spawnChild('job', { id: event.id, input: { job: event.id, how: event.how, ms: event.ms } })
      enqueue.assign({ jobs: { ...context.jobs, [event.id]: 'begun' } })
    }),
    drop: enqueueActions(({ enqueue, event, context }) => {
      if (event.type !== 'drop' || context.jobs[event.job] !== 'begun') return
      enqueue.stopChild(event.job)
      enqueue.assign({ jobs: { ...context.jobs, [event.job]: 'dropped' } })
    }),
    keepResult: assign(({ context, event }) => {
      const { output } = event as unknown as { output: JobResult }
      return { jobs: { ...context.jobs, [output.job]: 'done' }, results: [...context.results, output] }
    }),
    keepFailure: assign(({ context, event }) => {
      const { actorId } = event as unknown as { actorId: string }
      return { jobs: { ...context.jobs, [actorId]: 'failed' } }
    }),
  },
}).createMachine({
  id: 'ledger',
  context: ({ input }) => ({
    name: input.name,
    got: [],
    rung: [],
    told: [],
    clerks: [],
    jobs: {},
    results: [],
    progress: [],
  }),
  initial: 'open',
  output: ({ context }) => ({ got: context.got.length }),
  states: {
    open: {
      on: {
        note: { actions: ['note', 'announce'] },
        arm: { actions: ['note', 'arm'] },
        disarm: { actions: ['note', 'disarm'] },
        relay: { actions: ['note', 'relay'] },
        hire: { actions: ['note', 'hire'] },
        dismiss: { actions: ['note', 'dismiss'] },
        ask: { actions: ['note', 'ask'] },
        work: { actions: ['note', 'announce', 'work'] },
        drop: { actions: ['note', 'drop'] },
        nudge: { actions: 'note' },
        close: { target: 'closed', actions: ['note', 'announce'] },
        ring: { actions: 'rung' },
        told: { actions: 'told' },
        progress: { actions: 'progress' },
        'xstate.done.actor.*': { actions: 'keepResult' },
        'xstate.error.actor.*': { actions: 'keepFailure' },
      },
    },
    closed: { type: 'final' },
  },
})

/** Beats every `ms`, `beats` times; a nudge makes it wait anew. */
const beacon = setup({
  types: {
    context: {} as { name: string; got: string[]; beaten: number; beats: number; ms: number },
    input: {} as { name: string; beats: number; ms: number },
    events: {} as WorkloadEvent,
    emitted: {} as { type: 'beaten'; n: number },
  },
  delays: { period: ({ context }) => context.ms },
  guards: { isLast: ({ context }) => context.beaten + 1 >= context.beats },
  actions: {
    note: assign({ got: ({ context, event }) => [...context.got, event.id] }),
    beat: assign({ beaten: ({ context }) => context.beaten + 1 }),
    announce: emit(({ context }) => ({ type: 'beaten', n: context.beaten })),
  },
}).createMachine({
  id: 'beacon',
  context: ({ input }) => ({ ...input, got: [], beaten: 0 }),
  initial: 'waiting',
  states: {
    waiting: {
      after: {
        period: [
          { guard: 'isLast', target: 'out', actions: ['beat', 'announce'] },
          { target: 'waiting', reenter: true, actions: ['beat', 'announce'] },
        ],
      },
      on: {
        nudge: { target: 'waiting', reenter: true, actions: 'note' },
        note: { actions: 'note' },
        close: { target: 'out', actions: 'note' },
      },
    },
    out: { type: 'final' },
  },
})

/** One activity against a deadline. */
const errand = setup({
  types: {
    context: {} as { name: string; got: string[]; input: JobInput; patience: number; result: JobResult | null },
    input: {} as { name: string; input: JobInput; patience: number },
    events: {} as WorkloadEvent,
  },
  actors: { job },
  delays: { patience: ({ context }) => context.patience },
  actions: {
    note: assign({ got: ({ context, event }) => [...context.got, event.id] }),
    keep: assign({ result: ({ event }) => (event as unknown as { output: JobResult }).output }),
  },
}).createMachine({
  id: 'errand',
  context: ({ input }) => ({ ...input, got: [], result: null }),
  initial: 'doing',
  states: {
    doing: {
      invoke: {
        src: 'job',
        id: 'job',
        input: ({ context }) => context.input,
        onDone: { target: 'done', actions: 'keep' },
        onError: 'failed',
      },
      after: { patience: 'late' },
      on: { close: { target: 'closed', actions: 'note' } },
    },
    done: { type: 'final' },
    failed: { type: 'final' },
    late: { type: 'final' },
    closed: { type: 'final' },
  },
  on: { note: { actions: 'note' } },
})

/** To be given to `createRuntime`, together with `workloadActivities`. */
export const workloadMachines = { ledger, beacon, errand }
export type WorkloadMachine = keyof typeof workloadMachines
/** The logic of a child of a workload's machine, by `src`. */
export const workloadChildren = { clerk }
