import { assign, fromPromise, setup } from 'xstate'
import { describe, expect, it } from 'vitest'
import { coverPaths, replayInMemory, type Samples, withPuppets } from '../../../runtime/testing/index.ts'

const child = setup({}).createMachine({ id: 'child' })

const machine = withPuppets(
  setup({
    types: { context: {} as { tries: number; most: number }, input: {} as { most: number } },
    actors: { work: fromPromise(() => Promise.resolve()), child },
    guards: {
      mayTryAgain: ({ context }) => context.tries < context.most,
      isNever: () => false,
    },
    delays: { patience: 1000, grace: 5000 },
    actions: { count: assign({ tries: ({ context }) => context.tries + 1 }) },
  }).createMachine({
    id: 'tried',
    context: ({ input }) => ({ tries: 0, most: input.most }),
    initial: 'working',
    states: {
      working: {
        entry: 'count',
        invoke: { id: 'work', src: 'work', onDone: 'supervised', onError: 'deciding' },
        after: { patience: 'deciding', grace: 'lost' },
      },
      deciding: { always: [{ guard: 'mayTryAgain', target: 'working' }, { target: 'lost' }] },
      supervised: {
        invoke: { id: 'child', src: 'child', onError: 'lost' },
        on: { stop: [{ guard: 'isNever', target: 'lost' }, { target: 'won' }] },
      },
      won: { type: 'final' },
      lost: { type: 'final' },
    },
  }),
)

const samples: Samples = {
  inputs: { once: { most: 1 }, twice: { most: 2 } },
  events: () => [
    { type: 'stop' },
    { type: 'unknown' },
    { type: 'xstate.done.actor.work', output: 1, actorId: 'work' },
    { type: 'xstate.error.actor.work', error: new Error('no'), actorId: 'work' },
    { type: 'xstate.error.actor.child', error: new Error('no'), actorId: 'child' },
  ],
  facts: ({ tries }) => tries,
}
const never = 'tried.supervised: stop [isNever] -> tried.lost'
const late = 'tried.working: xstate.after.grace.tried.working -> tried.lost'

describe('paths through a machine', () => {
  it('take each branch that samples lead to, and name those that none does', () => {
    const { coverage, paths } = coverPaths(machine, samples)
    expect(coverage.states).toEqual({ total: 6, reached: 6, missing: [] })
    // The shorter delay always comes first.
    expect(coverage.transitions).toMatchObject({ total: 9, taken: 7, missing: [late, never], contradicted: [] })
    expect(paths.length).toBeLessThan(7)
    expect(paths.flatMap(({ legs }) => legs.map(({ event }) => event.type))).not.toContain('unknown')
  })

  it('leave out what is declared unreachable, and say which declarations are wrong', () => {
    const wrong = 'tried.deciding: always (2) -> tried.lost'
    const unreachable = { [late]: 'patience ends first', [never]: 'never', [wrong]: 'it seems', typo: 'nothing' }
    const { transitions } = coverPaths(machine, { ...samples, unreachable }).coverage
    expect(transitions).toMatchObject({ missing: [], contradicted: [wrong, 'typo'] })
  })

  it('go through time as it would pass', () => {
    const { paths } = coverPaths(machine, samples)
    const waited = paths.flatMap(({ legs }) => legs).find(({ event }) => event.type.startsWith('xstate.after.'))
    expect(waited).toMatchObject({ at: 1000 })
  })

  it("are followed by XState's own actors, children and their failures included", async () => {
    for (const path of coverPaths(machine, samples).paths) {
      const seen = await replayInMemory(machine, path, samples.inputs[path.input])
      expect(seen.map(({ value }) => value)).toEqual([path.start, ...path.legs].map(({ snapshot }) => snapshot.value))
    }
  })

  it('end where the limit is', () => {
    expect(coverPaths(machine, { ...samples, limit: 2 }).coverage.transitions.taken).toBeLessThan(7)
  })

  it('throw what the machine throws', () => {
    const broken = setup({
      guards: {
        breaks: () => {
          throw new Error('broken')
        },
      },
    }).createMachine({
      on: { go: { guard: 'breaks' } },
    })
    const go = { inputs: { any: undefined }, events: () => [{ type: 'go' }] }
    expect(() => coverPaths(broken, go)).toThrow(/broken/)
  })
})
