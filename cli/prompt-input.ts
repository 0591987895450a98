import type {
  ContractTerms,
  DirectiveFile,
  JudgeBrief,
  BrieferInput,
  Models,
  PlanBrief,
  Step,
} from '../machines/index.ts'
import { Executor } from '../machines/index.ts'
import { Refusal } from './refusal.ts'

/** What is asked about: a step by its name (default: the first), and the commits a judge compares. */
export type PromptChoice = { step?: string; base?: string; commit?: string }

const about = (models: readonly string[]) => ({
  directiveId: 'preview',
  // Which one is asked changes nothing of what is said.
  models: models.length > 0 ? [...models] : ['none'],
})

/** The first plan of a directive. */
export const planInput = (file: DirectiveFile, models: Models): PlanBrief => ({
  ...about(models.planner),
  purpose: 'plan',
  title: file.title,
  goal: file.goal,
  requirements: file.requirements,
  acceptanceCriteria: file.acceptanceCriteria,
  limits: file.limits,
  repository: file.repository ?? null,
  executor: file.executor ?? null,
  agentModels: about(models.agent).models,
  generation: 1,
  reason: null,
  passedSteps: [],
  failingStep: null,
  feedback: [],
  proposal: null,
  before: null,
})

/** A step's judgement, or without a step the final review's, on commits that are there already. */
export function judgeInput(file: DirectiveFile, models: Models, { step, base, commit }: PromptChoice): JudgeBrief {
  const found = step === undefined ? undefined : stepOf(file, step)
  const named = found?.acceptanceCriteriaIds
  const criteria = file.acceptanceCriteria.filter(({ id, verify }) => !verify && (named?.includes(id) ?? true))
  if (criteria.length === 0)
    throw new Refusal('criterion.missing', 'there is no acceptance criterion that a judge would be asked about', {
      advice: 'those with a `verify` command are decided by it',
    })
  return {
    ...about(models.judge),
    purpose: 'judge',
    goal: file.goal,
    step: found ? { name: found.name, description: found.description } : null,
    criteria,
    subject: { repository: file.repository ?? null, commit: commit ?? file.repository?.baseRef ?? null, path: null },
    baseCommit: base ?? null,
    evidence: null,
    programmatic: [],
  }
}

/** The first attempt of a step. Without a chain: of a step that is the whole goal. */
export function agentInput(file: DirectiveFile, models: Models, choice: PromptChoice): BrieferInput {
  const step = file.chain || choice.step ? stepOf(file, choice.step) : wholeGoal(file)
  const { phases, executor } = step.contract
  return {
    ...about(models.agent),
    purpose: 'agent',
    contract: {
      id: `preview.${step.name}-g1`,
      name: `${file.title} - ${step.name}`,
      type: step.contract.type ?? step.type,
      step: step.name,
      stepType: step.type,
      generation: 1,
      attempt: 1,
      phases,
      phase: phases[0]!,
      goal: file.goal,
      plan: step.taskPlan === undefined ? step.description : `${step.description}\n\n${step.taskPlan}`,
      instructions: null,
      executor,
      requirements: file.requirements.filter(({ id }) => step.requirementIds.includes(id)),
      acceptanceCriteria: file.acceptanceCriteria.filter(({ id }) => step.acceptanceCriteriaIds.includes(id)),
    },
    workspace: {
      path: file.repository?.path ?? '.',
      branch: null,
      baseCommit: file.repository?.path ? file.repository.baseRef : null,
    },
    session: null,
  }
}

function stepOf({ chain }: DirectiveFile, name: string | undefined): Step {
  const found = name === undefined ? chain?.steps[0] : chain?.steps.find((step) => step.name === name)
  if (found) return found
  const known = chain?.steps.map((step) => step.name).join(', ') ?? ''
  throw new Refusal('step.unknown', `there is no step "${name}"`, {
    advice: known ? `known: ${known}` : 'the file has no chain',
  })
}

const wholeGoal = ({ goal, requirements, acceptanceCriteria, executor }: DirectiveFile): Step => ({
  name: 'implement',
  type: 'implement',
  description: goal,
  dependsOn: [],
  requirementIds: requirements.map(({ id }) => id),
  acceptanceCriteriaIds: acceptanceCriteria.map(({ id }) => id),
  contract: {
    phases: ['plan', 'execute', 'verify'],
    executor: executor ?? Executor.parse({ kind: 'model' }),
  } satisfies ContractTerms,
  verifiers: 'auto',
})
