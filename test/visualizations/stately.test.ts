import { createMachine, setup } from 'xstate'
import { describe, expect, it } from 'vitest'
import { functionsIn, toStately } from '../../visualizations/index.ts'
import { sampleMachine } from './sample-machine.ts'
import { importStately, walkBehaviour, walkStructure } from './walk.ts'

const namedOnly = setup({ guards: { isOpen: () => true }, delays: { patience: 10 } }).createMachine({
  id: 'gate',
  initial: 'shut',
  states: {
    shut: { on: { push: 'asked' } },
    asked: { always: [{ guard: 'isOpen', target: 'open' }, { target: 'shut' }] },
    open: { after: { patience: 'shut' }, on: { leave: 'gone' } },
    gone: { type: 'final' },
  },
})

describe('the Stately source of a machine', () => {
  it('is a createMachine call that has every state and transition of the original', () => {
    const { pairs, reached } = walkStructure(namedOnly, importStately(toStately(namedOnly)))
    expect([...reached].sort()).toEqual(['gate', 'gate.gone', 'gate.open', 'gate.shut'])
    for (const [original, copy] of pairs) expect(copy).toEqual(original)
  })

  it("behaves as the original once it is given the original's implementations", () => {
    const events = ['push', 'leave', 'xstate.after.patience.gate.open'].map((type) => ({ type }))
    const { pairs, reached } = walkBehaviour(namedOnly, importStately(toStately(namedOnly)), { input: {}, events })
    expect(reached).toContain('gate.gone')
    for (const [original, copy] of pairs) expect(copy).toEqual(original)
  })

  it('would be found out if it lost its eventless transitions, as machine.definition does', () => {
    const { asked, ...states } = namedOnly.config.states as Record<string, object>
    const lossy = createMachine({
      ...namedOnly.config,
      states: { ...states, asked: { ...asked, always: undefined } },
    } as never)
    const { pairs } = walkStructure(namedOnly, lossy)
    expect(pairs.some(([original, copy]) => JSON.stringify(original) !== JSON.stringify(copy))).toBe(true)
  })

  it('says where a config holds functions, which JSON loses', () => {
    expect(functionsIn(namedOnly.config)).toEqual([])
    expect(functionsIn(sampleMachine.config)).toEqual(['states.idle.on.sample.go.guard'])
  })
})
