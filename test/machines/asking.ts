// A machine that asks a model, under a parent that grants every budget, with a briefer and a model that are functions.
import { type AnyStateMachine, createActor, fromPromise, setup, waitFor } from 'xstate'
import { machines } from '../../machines/index.ts'

export const brief = {
  at: 2000,
  conversation: { sha256: 'a'.repeat(64), bytes: 1000 },
  prompt: { name: 'plan', version: '1' },
  tokens: 300,
  prices: { big: { in: 2, out: 10 } },
  citable: {},
  menu: null,
}

export const answered = (text: string | object | null, changes: object = {}) => ({
  outcome: 'answered',
  at: 3000,
  answer: {
    model: 'big-2026',
    text: text === null || typeof text === 'string' ? text : JSON.stringify(text),
    toolCalls: [],
    finish: 'stop',
    ...changes,
  },
  costs: [],
  durationMs: 10,
})

export const unavailable = {
  outcome: 'failed',
  at: 3000,
  code: 'model.unauthorized',
  reason: 'the key was refused',
  costs: [],
}

type Replies = { briefer?: () => unknown; model: (call: number, input: any) => unknown }

/** Runs it to its end: what it told its parent, and what the model was asked with. */
export async function ask(name: 'planner' | 'judge', input: object, { briefer = () => brief, model }: Replies) {
  const asked: any[] = []
  const told: any[] = []
  const fake = (reply: (input: any) => unknown) => fromPromise(async ({ input: given }: any) => reply(given))
  const completion = machines.completion.machine.provide({
    actors: { model: fake((given) => model(asked.push(given), given)) } as never,
  })
  const machine: AnyStateMachine = (machines[name].machine as any).provide({
    actors: { briefer: fake(briefer), completion },
  })
  const parent = setup({
    actors: { asker: machine },
    actions: {
      hear: ({ event, self }: any) => {
        told.push(event)
        if (event.type === 'budget.reserve') event.asker.send({ type: 'budget.granted', at: event.at, usd: event.usd })
        if (event.type === name) self.send(event)
      },
    },
  }).createMachine({
    initial: 'waiting',
    invoke: { id: 'asker', src: 'asker', input: () => input },
    states: {
      waiting: { on: { 'xstate.done.actor.asker': 'over', '*': { actions: 'hear' } } },
      over: { type: 'final' },
    },
  } as never)
  const root = createActor(parent as any).start()
  await waitFor(root, ({ status }: any) => status === 'done')
  return { asked, told, ended: told.findLast(({ type }) => !/^(budget|xstate)\./.test(type)) }
}
