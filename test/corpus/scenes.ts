// The lives that stored systems are taken from. Between them they come to rest in every state they can rest in.
import type { Runtime } from '../../runtime/index.ts'
import { eventually } from '../support/eventually.ts'
import { chain, delivered, fair, file, said, step, verified } from '../machines/world.ts'
import type { Stagehand } from './cast.ts'

export type Play = { runtime: Runtime; id: string; clock: Stagehand }
type Scene = {
  file?: object
  models?: object
  /** How activities answer, otherwise than well. */
  cast?: Record<string, (input: any) => unknown>
  /** What persons do before they let it run to its end. */
  course?: (play: Play) => Promise<unknown>
}

const send = ({ runtime, id, clock }: Play, type: string, fields: object = {}, to = '') =>
  runtime.send(id, { type, by: 'anna', at: clock.now(), ...fields }, { to, wait: 'processed' })
const start = (play: Play) => send(play, 'directive.start')
const at = (play: Play, address: string, state: RegExp) =>
  eventually(async () => {
    await play.runtime.settled(play.id)
    const { value } = await play.runtime.snapshot(play.id, address)
    if (!state.test(JSON.stringify(value))) throw new Error(`${address} is in ${JSON.stringify(value)}`)
  })

/** Answers differently the first `times`. */
function first(times: number, otherwise: (input: any) => unknown, well: (input: any) => unknown) {
  let asked = 0
  return (input: any) => (asked++ < times ? otherwise(input) : well(input))
}

const failing = ({ verifier }: any) => verified(verifier, 'failed')
const unjudged = { planner: ['m'], agent: ['m'], judge: [] }
const judged = { ...unjudged, judge: ['m'] }
const criteria = { acceptanceCriteria: [{ id: 'AC1', text: 'it is so' }] }
const by = (executor: object, more: object = {}) => chain(step('one', [], { contract: { executor }, ...more } as never))
const limited = () => ({
  outcome: 'limited',
  resetAt: 1_800_000_000_000 + 7_200_000,
  reason: 'enough for now',
  costs: [],
})
const dear = (input: any) => ({
  ...(delivered(`c-${input.contract.attempt}`) as object),
  costs: [{ model: 'm', tokens: { in: 1, out: 1, cached: 0, reasoning: 0 }, usd: 5, source: 'reported' }],
})
const acting = (text: string) => ({
  ...said(text),
  answer: { model: 'm-1', text, toolCalls: [{ id: 't', name: 'list', arguments: '{}' }], finish: 'tools' },
})

export const scenes: Record<string, Scene> = {
  plain: { course: start },
  'in parallel, then published': {
    file: {
      chain: chain(step('a'), step('b'), step('c', ['a', 'b'])),
      pullRequest: {},
      limits: { maxWallTimeMinutes: 600 },
    },
    course: start,
  },
  'by hand': { file: { autonomy: 'manual', limits: { approvalTimeoutMinutes: 60 } }, course: start },
  'by hand, undated': { file: { autonomy: 'manual' }, course: start },
  'from a template': { file: { chain: undefined, planner: 'template', executor: { kind: 'noop' } }, course: start },
  'planned and judged by models': { file: { ...criteria, chain: undefined }, models: judged, course: start },
  'done by the built-in agent': {
    file: { chain: by({ kind: 'model' }) },
    models: unjudged,
    cast: {
      model: first(
        2,
        () => acting('let me see'),
        () => acting('done'),
      ),
      tools: first(
        1,
        () => ({ ...(fair.tools!({}, null as never) as object), delivered: null }),
        () => fair.tools!({}, null as never),
      ),
    },
    course: start,
  },
  'parked at a rate limit': {
    file: { chain: by({ kind: 'model' }) },
    models: unjudged,
    cast: { model: first(1, limited, () => acting('done')) },
    course: start,
  },
  'asked at a rate limit': {
    file: { chain: by({ kind: 'model' }), model: { onRateLimit: 'ask' } },
    models: unjudged,
    cast: { model: first(1, limited, () => acting('done')) },
    course: start,
  },
  'red, reworked, blocked, stuck': {
    file: { limits: { maxReworkCycles: 1 } },
    cast: { verifier: failing },
    course: async (play) => {
      await start(play)
      await at(play, 'one-g1', /blocked/)
      await send(play, 'step.retry', {}, 'one-g1')
    },
  },
  'an executor that fails': {
    cast: {
      contractor: first(
        1,
        () => ({
          outcome: 'failed',
          code: 'executor.exited',
          reason: 'exit 1',
          exitCode: 1,
          outputTail: '',
          costs: [],
          session: null,
        }),
        (input) => fair.contractor!(input, null as never),
      ),
    },
    course: start,
  },
  'yellow, asked about': {
    cast: { verifier: ({ verifier }) => verified(verifier, 'unavailable') },
    course: start,
  },
  'the tip moved': {
    cast: {
      merger: first(
        1,
        () => ({ status: 'ready', mergeCommit: 'm', tip: 't2', tipMoved: true }),
        (input) => fair.merger!(input, null as never),
      ),
    },
    course: start,
  },
  'paused and resumed': {
    file: { chain: chain(step('one'), step('two', ['one']), step('three', ['two'])) },
    course: async (play) => {
      await start(play)
      await send(play, 'directive.pause', { mode: 'drain' })
      await play.runtime.settled(play.id)
    },
  },
  'over its budget': {
    file: { limits: { maxTotalCostUsd: 3 } },
    cast: { contractor: dear },
    course: start,
  },
  'by a worker elsewhere': {
    file: { chain: by({ kind: 'external', labels: ['linux'] }) },
    course: async (play) => {
      await start(play)
      await at(play, 'one-g1/contract', /offered/)
      await send(play, 'directive.pause')
      await play.runtime.settled(play.id)
      await send(play, 'directive.resume')
      await at(play, 'one-g1/contract', /offered/)
      await send(play, 'contract.claim', { claim: 'c1', labels: ['linux'] }, 'one-g1/contract')
      await at(play, 'one-g1/contract', /claimed/)
    },
  },
  'by a person': {
    file: { chain: by({ kind: 'human' }) },
    course: async (play) => {
      await start(play)
      await at(play, 'one-g1/contract', /awaitingPerson/)
    },
  },
  'planned anew': {
    course: async (play) => {
      await start(play)
      await send(play, 'directive.replan', { reason: 'better so', chain: chain(step('one'), step('other', ['one'])) })
    },
  },
  'stopped while it works': {
    course: async (play) => {
      await start(play)
      await send(play, 'directive.stop', { reason: 'enough' })
    },
  },
  'heard of': {
    file: { notifications: [{ url: 'https://example.org/hook' }], autonomy: 'manual' },
    course: start,
  },
}

export const fileOf = ({ file: changes = {} }: Scene) => file(changes)
