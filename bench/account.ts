import { assign, setup } from 'xstate'
import { createRuntime, type Runtime } from '../runtime/index.ts'

/** About 1.5 kB of context, of which an event changes a little: a directive's or a contract's usual case. */
export const notes = (): Record<string, string> =>
  Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`note-${i}`, 'forty characters of text, more or less..']))

export type Account = { n: number; last: number; notes: Record<string, string> }

const accounts = setup({
  types: { context: {} as Account, events: {} as { type: 'ADD'; by: number } },
  actions: {
    add: assign({ n: ({ context, event }) => context.n + event.by, last: ({ event }) => event.by }),
    ring: assign({ n: ({ context }) => context.n + 1 }),
  },
  delays: { long: 24 * 3_600_000 },
})

/** Takes an event, and another, and another. */
export const account = accounts.createMachine({
  id: 'account',
  context: () => ({ n: 0, last: 0, notes: notes() }),
  initial: 'even',
  states: {
    even: { on: { ADD: { target: 'odd', actions: 'add' } } },
    odd: { on: { ADD: { target: 'even', actions: 'add' } } },
  },
})

/** The same, asleep: a timer is all that will happen to it, and an event that does not touch the timer all that may. */
export const sleeper = accounts.createMachine({
  id: 'sleeper',
  context: () => ({ n: 0, last: 0, notes: notes() }),
  initial: 'asleep',
  states: {
    asleep: { on: { ADD: { actions: 'add' } }, after: { long: { target: 'awake', actions: 'ring' } } },
    awake: { on: { ADD: { actions: 'add' } } },
  },
})

export const machines = { account, sleeper }

export async function withRuntime<T>(
  url: string,
  use: (runtime: Runtime) => Promise<T>,
  options: Partial<Parameters<typeof createRuntime>[0]> = {},
): Promise<T> {
  const runtime = await createRuntime({ database: url, machines, ...options })
  await runtime.start()
  try {
    return await use(runtime)
  } finally {
    await runtime.close()
  }
}

export const add = { type: 'ADD', by: 1 } as const

/** Ids of new systems that take events. */
export async function spawnAccounts(runtime: Runtime, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let left = count; left > 0; left -= 1_000) {
    const some = Array.from({ length: Math.min(left, 1_000) }, () => runtime.spawn('account'))
    ids.push(...(await Promise.all(some)).map(({ id }) => id))
  }
  return ids
}
