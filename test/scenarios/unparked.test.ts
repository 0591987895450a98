import { expect, test } from 'vitest'
import { setup } from 'xstate'
import { useHosts } from '../runtime/hosts.ts'

const { start } = useHosts()

const fragile = setup({
  types: { events: {} as { type: 'GO'; text: string } },
  actions: {
    fail: ({ event }) => {
      throw new Error(`refused ${event.text}`)
    },
  },
}).createMachine({ id: 'fragile', on: { GO: { actions: 'fail' } } })

test.each(['plain', 'a zero \u0000', 'half a pair \ud800'])(
  'a system that failed at "%j" can be let go on',
  async (text) => {
    const runtime = await start({ machines: { fragile } })
    const { id } = await runtime.spawn('fragile')
    await runtime.send(id, { type: 'GO', text })
    await expect(runtime.waitFor(id, 'done')).rejects.toMatchObject({ code: 'system.failed' })
    await runtime.unpark(id)
    await runtime.settled(id)
    // It was given the event again, and failed again.
    expect((await runtime.history(id)).map(({ event }) => event.type)).toEqual([
      'xstate.init',
      'GO',
      'runtime.unparked',
      'GO',
    ])
  },
)
