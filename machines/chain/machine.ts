import { assertEvent, setup } from 'xstate'
import { tellParent } from '../parent.ts'
import type { ChainDifference } from './difference.ts'
import type { Position } from './graph.ts'
import type { Chain, PlannerSource } from './schema.ts'

/** One generation of a directive's plan: facts that no longer change, kept here so that old chains stay readable. */
export type ChainFacts = {
  /** `<name>-g<generation>` */
  id: string
  directiveId: string
  generation: number
  source: PlannerSource
  rationale: string | null
  planningModel: string | null
  /** Why the chain before it was given up; null for the first. */
  reason: string | null
  definition: Chain
  positions: Record<string, Position>
  /** Names of the steps whose results were carried over from the generation before. */
  carriedOver: string[]
  /** What changed from the generation before; null for the first. */
  difference: ChainDifference | null
  criticalPath: string[]
}

export type ChainContext = ChainFacts & { kind: 'chain'; supersededBy: string | null }
export type ChainEvent = { type: 'chain.supersede'; by: string } | { type: 'chain.recall' }
/** To the directive, which does not keep the definition itself. */
export type ChainRecalled = { type: 'chain.recalled'; chain: Chain }

const base = setup({
  types: { context: {} as ChainContext, events: {} as ChainEvent, input: {} as ChainFacts },
})

const chainSetup = base.extend({
  actions: {
    recordSuccessor: base.assign(({ event }) => {
      assertEvent(event, 'chain.supersede')
      return { supersededBy: event.by }
    }),
    tellDefinition: base.enqueueActions(({ context, enqueue, self }) => {
      const recalled: ChainRecalled = { type: 'chain.recalled', chain: context.definition }
      tellParent({ enqueue, self }, recalled)
    }),
  },
})

/** A chain as an actor of its own: the directive stays small however long the chain is. */
export const chainMachine = chainSetup.createMachine({
  id: 'chain',
  description: 'One generation of the plan. Read by its address, superseded by the next.',
  context: ({ input }) => ({ ...input, kind: 'chain', supersededBy: null }),
  initial: 'current',
  on: { 'chain.recall': { actions: 'tellDefinition' } },
  states: {
    current: { on: { 'chain.supersede': { target: 'superseded', actions: 'recordSuccessor' } } },
    superseded: {},
  },
})
