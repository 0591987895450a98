import type { Chain, PlannerInput, PlannerOutput, Step } from '../machines/index.ts'
import { ActivityFailure, type ActivityContext } from '../runtime/index.ts'
import type { Surroundings } from './surroundings.ts'

/** Proposes a chain: the one a person gave, or the template. It is the directive that checks it. */
export const createPlanner =
  ({ now }: Pick<Surroundings, 'now'>) =>
  ({ input }: ActivityContext<PlannerInput>): Promise<PlannerOutput> => {
    const proposal = input.chain === null ? sources[input.source](input) : { chain: input.chain }
    return Promise.resolve({ at: now(), source: input.source, costs: [], ...proposal })
  }

type Proposal = { chain: Chain; rationale?: string }

const sources: Record<PlannerInput['source'], (input: PlannerInput) => Proposal> = {
  file() {
    throw new ActivityFailure('plan.chain_missing', 'the directive names the planner "file" but carries no chain')
  },
  template: templateChain,
  model() {
    throw new ActivityFailure('planner.unavailable', 'no model is configured, so a chain has to be given')
  },
}

/** research → implement → test, for any goal. All requirements rest on the implementation. */
function templateChain({ goal, requirements, acceptanceCriteria, executor }: PlannerInput): Proposal {
  if (executor === null)
    throw new ActivityFailure('plan.executor_missing', 'the template needs the directive to name an executor')
  const contract = { phases: ['plan', 'execute', 'verify'], executor }
  const covered = {
    contract,
    requirementIds: requirements.map(({ id }) => id),
    acceptanceCriteriaIds: acceptanceCriteria.map(({ id }) => id),
  }
  const research: Step = {
    name: 'research',
    type: 'research',
    description: `Find out what has to be changed, and where, for this goal: ${goal}`,
    dependsOn: [],
    requirementIds: [],
    acceptanceCriteriaIds: [],
    contract,
    // Nothing has been changed that a command could judge.
    verifiers: [],
  }
  const implement: Step = {
    ...covered,
    name: 'implement',
    type: 'implement',
    description: goal,
    dependsOn: ['research'],
    verifiers: 'auto',
  }
  const test: Step = {
    ...covered,
    name: 'test',
    type: 'test',
    description: `Add the tests that show that this goal is reached: ${goal}`,
    dependsOn: ['implement'],
    verifiers: 'auto',
  }
  const rationale = 'Template: find out what has to change, change it, test it.'
  return { rationale, chain: { name: 'template', description: goal, steps: [research, implement, test] } }
}
