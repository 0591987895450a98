import type { Samples } from '../../../runtime/testing/index.ts'
import { file } from '../../machines/world.ts'

const { chain: definition } = file()

export const chain: Samples = {
  inputs: {
    'a plan': {
      id: 'plan-g1',
      directiveId: 'd',
      generation: 1,
      source: 'file',
      rationale: null,
      planningModel: null,
      reason: null,
      definition,
      positions: {},
      carriedOver: [],
      difference: null,
      criticalPath: ['one', 'two'],
    },
  },
  events: () => [{ type: 'chain.recall' }, { type: 'chain.supersede', by: 'plan-g2' }],
}
