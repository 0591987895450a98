import type { ModelAccess } from '../../actors/model/index.ts'
import type { ContractorInput, Executor } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { adjutantIn, repositoryWith } from './repositories.ts'
import { sandbox } from './sandbox.ts'

type Contract = ContractorInput['contract']
export type AgentExecutor = Extract<Executor, { kind: 'agent' }>

/** An executor of kind `agent` with its defaults. */
export const agentOf = (chosen: Partial<AgentExecutor> & Pick<AgentExecutor, 'preset'>): AgentExecutor => ({
  kind: 'agent',
  args: [],
  prompt: 'stdin',
  output: 'text',
  pass: [],
  idleSeconds: 60,
  ...chosen,
})

/**
 * A workspace in a repository of `files`, and what carries contracts out in it. `env` is all that Adjutant has of an
 * environment, beside PATH.
 */
export async function agentsAtWork(
  files: Record<string, string> = { 'a.txt': 'a\n' },
  { env = {}, ...options }: { env?: Record<string, string>; models?: ModelAccess } = {},
) {
  const adjutant = adjutantIn(sandbox(), { env: { PATH: process.env['PATH'], ...env }, ...options })
  const path = repositoryWith(files)
  const workspace = await adjutant.run('workspace', {
    directiveId: 'd1',
    contractId: 'd1.build-g1',
    step: 'build',
    generation: 1,
    attempt: 1,
    freshBase: false,
    repository: { path, baseRef: 'HEAD', setup: [], copy: [] },
  })
  const work = (
    executor: Executor,
    contract: Partial<Contract> = {},
    { input = {}, context = {} }: { input?: Partial<ContractorInput>; context?: Partial<ActivityContext> } = {},
  ) => adjutant.run('contractor', inputFor(workspace, { executor, ...contract }, input), context)
  return { ...adjutant, path, workspace, work }
}

const inputFor = (
  { path, branch, baseCommit }: ContractorInput['workspace'],
  contract: Pick<Contract, 'executor'> & Partial<Contract>,
  more: Partial<ContractorInput>,
): ContractorInput => ({
  directiveId: 'd1',
  contract: {
    id: 'd1.build-g1',
    name: 'Fix it - build',
    type: 'implement',
    step: 'build',
    stepType: 'implement',
    generation: 1,
    attempt: 1,
    phases: ['plan', 'execute', 'verify'],
    phase: 'plan',
    goal: 'It works',
    plan: 'Build the thing',
    instructions: null,
    requirements: [],
    acceptanceCriteria: [{ id: 'AC1', text: 'works', requirementIds: [] }],
    ...contract,
  },
  workspace: { path, branch, baseCommit },
  session: null,
  timeoutMs: 60_000,
  idleMs: null,
  budgetUsd: null,
  concluded: null,
  ...more,
})
