import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Message, ModelAnswer, StepType, ToolsInput } from '../../../machines/index.ts'
import { getContent, putPiece } from '../../../actors/content.ts'
import type { ActivityContext } from '../../../runtime/index.ts'
import { adjutantIn, repositoryWith, write } from '../repositories.ts'
import { freshKey } from '../sandbox.ts'

type Asked = [name: string, args: unknown]

/** The built-in agent's workspace, and a way to ask for tools in it as a model does. */
export async function benchWith(
  files: Record<string, string>,
  options: { stepType?: StepType; env?: Record<string, string | undefined>; pass?: string[]; plain?: boolean } = {},
) {
  const adjutant = adjutantIn(undefined, { env: options.env ?? process.env })
  const workspace = options.plain ? scratch(adjutant.home, files) : await worktree(adjutant, files)
  const conversation = await putPiece(adjutant.home, { parent: null, messages: [{ role: 'user', content: 'Do it.' }] })
  const inputFor = (answer: Partial<ModelAnswer>, more: Partial<ToolsInput> = {}): ToolsInput => ({
    directiveId: 'd1',
    contract: contract(options),
    workspace,
    conversation,
    append: [],
    answer: { model: 'm', text: null, toolCalls: [], finish: 'tools', ...answer },
    timeoutMs: 20_000,
    ...more,
  })
  /** One turn: what the activity gave, and what the model is told about each call. */
  const turn = async (asked: Asked[], context: Partial<ActivityContext> = {}, more: Partial<ToolsInput> = {}) => {
    const toolCalls = asked.map(([name, args], i) => ({
      id: `c${i}`,
      name,
      arguments: typeof args === 'string' ? args : JSON.stringify(args),
    }))
    const output = await adjutant.run('tools', inputFor({ toolCalls }, more), {
      idempotencyKey: freshKey(),
      ...context,
    })
    const { messages } = (await getContent(adjutant.home, output.conversation)) as { messages: Message[] }
    return { output, told: messages.flatMap((message) => (message.role === 'tool' ? [message.content] : [])) }
  }
  /** One call: what the model is told. */
  const ask = async (name: string, args: unknown): Promise<string> => (await turn([[name, args]])).told[0] ?? ''
  return { ...adjutant, workspace, path: workspace.path, conversation, inputFor, turn, ask }
}

export const contract = ({ stepType = 'implement', pass = [] }: { stepType?: StepType; pass?: string[] } = {}) => ({
  id: `d1.build-g1-${process.pid}`,
  name: 'Fix it - build',
  type: stepType,
  step: 'build',
  stepType,
  generation: 1,
  attempt: 1,
  phases: ['plan', 'execute', 'verify'],
  phase: 'plan',
  goal: 'It works',
  plan: 'Build it',
  instructions: null,
  executor: { kind: 'model' as const, maxTurns: 50, maxTokens: 1000, maxOutputTokens: 100, pass },
  requirements: [],
  acceptanceCriteria: [],
})

async function worktree(adjutant: ReturnType<typeof adjutantIn>, files: Record<string, string>) {
  const { path, branch, baseCommit } = await adjutant.run('workspace', {
    directiveId: 'd1',
    contractId: contract().id,
    step: 'build',
    generation: 1,
    attempt: 1,
    freshBase: false,
    repository: { path: repositoryWith(files), baseRef: 'HEAD', setup: [], copy: [] },
  })
  return { path, branch, baseCommit }
}

function scratch(home: string, files: Record<string, string>) {
  const path = join(home, 'scratch/d1/build-g1')
  mkdirSync(path, { recursive: true })
  write(path, files)
  return { path, branch: null, baseCommit: null }
}
