// Payloads that several machines' samples share.
import { type AnyEventObject } from 'xstate'
import { ActivityFailure } from '../../../runtime/index.ts'
import type { Circumstances, Samples } from '../../../runtime/testing/index.ts'

/** Samples without instants: they get the one at which they happen, where each kind of event carries it. */
export const dated =
  (events: (circumstances: Circumstances) => AnyEventObject[]): Samples['events'] =>
  (circumstances) =>
    events(circumstances).map((event) => stamped(event, circumstances.now))

const stamped = (event: AnyEventObject, at: number): AnyEventObject => {
  // The runtime notes when an activity failed.
  if (event.type.startsWith('xstate.error.')) return { ...event, error: Object.assign(broken(), { at }) }
  if (event.type.startsWith('xstate.done.')) return { ...event, output: { at, ...event['output'] } }
  return { ...event, at }
}

const broken = () => new ActivityFailure('x.y', 'it broke')

export const done = (id: string, output: object) => ({ type: `xstate.done.actor.${id}`, output, actorId: id })
export const failed = (id: string) => ({
  type: `xstate.error.actor.${id}`,
  error: broken(),
  actorId: id,
})

export const content = { sha256: 'a'.repeat(64), bytes: 9 }
const tokens = { in: 100, out: 10, cached: 0, reasoning: 0 }
export const cost = (usd: number | null) => ({
  model: null,
  tokens,
  usd,
  source: usd === null ? 'unknown' : 'reported',
})
export const workspace = { path: '/w/one', branch: 'adjutant/d/steps/one-g1', baseCommit: 'base' }
export const verifier = {
  name: 'test',
  type: 'command' as const,
  argv: ['npm', 'test'],
  weight: 1,
  required: true,
  timeoutSeconds: 9,
  rerun: true,
  why: 'found',
}

export const answer = (decision: string, choice: string | null = null, changes: object = {}) => ({
  decision,
  choice,
  respondedBy: 'anna',
  comment: 'because',
  resolvedAt: 1,
  ...changes,
})

/** What a child of an asking machine (planner, judge, agent) makes it pass on. */
export const passedOn: AnyEventObject[] = [
  {
    type: 'budget.reserve',
    id: 'x',
    usd: 1,
    model: 'big',
    asker: 'completion',
    step: null,
    activity: 'planner',
    attempt: 1,
  },
  { type: 'budget.settle', id: 'x', entries: [] },
  {
    type: 'notice.raised',
    event: {
      type: 'approval.required',
      severity: 'info',
      actor: { type: 'system', id: 'adjutant' },
      data: { message: 'm' },
    },
  },
  { type: 'person.awaited' },
]

export const briefed = (changes: object = {}) =>
  done('briefer', {
    conversation: content,
    prompt: { name: 'plan', version: '1' },
    tokens: 9,
    prices: { big: { in: 1, out: 1 } },
    citable: { 'src/a.ts': [[1, 9]] },
    menu: { executors: { model: { kind: 'model' } }, verifiers: [] },
    ...changes,
  })

export const completed = (said: object | null, changes: object = {}) => ({
  type: 'completion.ended',
  outcome: 'answered',
  answer: { model: 'big-2026', text: said && JSON.stringify(said), toolCalls: [], finish: 'stop' },
  costs: [],
  workedMs: 1,
  ...changes,
})

export const uncompleted = {
  type: 'completion.ended',
  outcome: 'failed',
  failure: { code: 'x.y', reason: 'z' },
  costs: [],
  workedMs: 1,
}
