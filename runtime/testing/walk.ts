import {
  type AnyActorRef,
  type AnyEventObject,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
} from 'xstate'
import { partsOf } from './transitions.ts'

type Timer = { id: string; due: number; event: AnyEventObject }
/** One event of a walk: at which instant it happens, what it takes, and where it leads. */
export type Leg = {
  event: AnyEventObject
  /** Milliseconds since the start. */
  at: number
  /** Names of the transitions taken, in order. */
  taken: string[]
  snapshot: AnyMachineSnapshot
}

/** A place in a walk: the machine's state, what time it is there, and how one got there. */
export type Place = Leg & {
  timers: readonly Timer[]
  /** Children whose end has been told already. */
  ended: ReadonlySet<AnyActorRef>
  before: Place | null
}

const isTold = /^xstate\.(?:done|error)\.actor\.(.+)$/

/** The child whose end an event is; undefined for other events. */
export const endedChild = ({ type }: AnyEventObject): string | undefined => isTold.exec(type)?.[1]

type Action = { type: string; params?: { id?: string; sendId?: string; delay?: number; event?: AnyEventObject } }

/**
 * The machine as a pure function, with what XState's own `transition` leaves out: input, timers that fall due, and which
 * transitions were taken. Between two events one millisecond passes, unless a timer is waited for.
 */
export class Walker {
  readonly #machine: AnyStateMachine
  readonly #names: Map<object, { name: string }>
  readonly #scope: Record<string, unknown>
  #actions: Action[] = []
  #taken: string[] = []

  constructor(machine: AnyStateMachine, input: unknown) {
    this.#machine = machine
    this.#names = partsOf(machine).transitions
    const self = createActor(machine, { input, inspect: (event: unknown) => this.#inspect(event) } as never)
    const { id, sessionId, system } = self as unknown as Record<string, unknown>
    const silent = () => {}
    const actionExecutor = (action: Action) => void this.#actions.push(action)
    this.#scope = {
      self,
      id,
      sessionId,
      system,
      defer: silent,
      logger: silent,
      stopChild: silent,
      emit: silent,
      actionExecutor,
    }
  }

  start(input: unknown): Place {
    const blank = { event: { type: 'xstate.init' }, at: 0, timers: [], ended: new Set<AnyActorRef>(), before: null }
    return this.#rung(this.#place(blank, () => this.#machine.getInitialSnapshot(this.#scope as never, input as never)))
  }

  /** Throws what the machine throws. */
  next(from: Place, event: AnyEventObject): Place {
    return this.#rung(this.#after(from, event))
  }

  // A delay of nothing is over at once.
  #rung(place: Place): Place {
    const timer = dueTimer(place)
    if (!timer || timer.due > place.at) return place
    const next = this.#after(place, timer.event)
    return this.#rung({ ...next, event: place.event, taken: [...place.taken, ...next.taken], before: place.before })
  }

  #after(from: Place, event: AnyEventObject): Place {
    const timer = from.timers.find((each) => each.event === event)
    const child = endedChild(event)
    const ended = new Set(from.ended)
    if (child !== undefined) ended.add(from.snapshot.children[child] as AnyActorRef)
    const timers = from.timers.filter((each) => each !== timer)
    const at = timer ? Math.max(timer.due, from.at) : from.at + 1
    return this.#place({ event, at, timers, ended, before: from }, () =>
      this.#machine.transition(from.snapshot, event as never, this.#scope as never),
    )
  }

  #place(rest: Omit<Place, 'taken' | 'snapshot'>, run: () => unknown): Place {
    this.#actions = []
    this.#taken = []
    const snapshot = run() as AnyMachineSnapshot
    const timers = snapshot.status === 'active' ? this.#timersAfter(rest) : []
    return { ...rest, timers, taken: this.#taken, snapshot }
  }

  #timersAfter({ timers, at }: Pick<Place, 'timers' | 'at'>): Timer[] {
    return this.#actions.reduce((armed, { type, params }) => {
      if (type === 'xstate.cancel') return armed.filter(({ id }) => id !== params!.sendId)
      if (type !== 'xstate.raise' || params!.delay === undefined) return armed
      return [...armed, { id: params!.id!, due: at + params!.delay, event: params!.event! }]
    }, timers as Timer[])
  }

  #inspect(event: unknown) {
    const { type, _transitions = [] } = event as { type: string; _transitions?: object[] }
    if (type !== '@xstate.microstep') return
    for (const transition of _transitions) {
      const known = this.#names.get(transition)
      if (known) this.#taken.push(known.name)
    }
  }
}

/** The timer that fires next, if it does so before anything else can happen. */
export const dueTimer = ({ timers, at }: Place): { event: AnyEventObject; due: number; alone: boolean } | undefined => {
  const due = Math.min(...timers.map((timer) => timer.due))
  const next = timers.filter((timer) => timer.due === due)
  return next[0] && { event: next[0].event, due, alone: due <= at + 1 }
}
