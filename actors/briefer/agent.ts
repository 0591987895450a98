import type { AgentBrief, ContractBrief, VerifierSpec, Workspace } from '../../machines/index.ts'
import type { Block } from '../delimited.ts'
import { detectVerifiers } from '../detection/index.ts'
import { projectFiles } from '../project-files.ts'
import type { Surroundings } from '../surroundings.ts'
import { toolDefinitions } from '../tools/index.ts'
import type { Briefing } from './briefing.ts'
import { promptNamed, render, type Slots } from './prompt.ts'
import { verifiersBlock } from './wording.ts'

/** What the built-in agent is asked; on a rework, in the conversation it had. */
export async function agentBriefing(surroundings: Surroundings, brief: AgentBrief, seed: string): Promise<Briefing> {
  const { contract, session, workspace } = brief
  const prompt = promptNamed('agent')
  const said = { prompt, citable: {}, menu: null }
  if (session !== null) {
    const { Rework } = render(prompt, ['Rework'], contractSlots(contract), seed)
    return { ...said, piece: { parent: session, messages: [{ role: 'user', content: Rework }] } }
  }
  const verifiers = await verifiersIn(surroundings, workspace)
  const { System, User } = render(prompt, ['System', 'User'], contractSlots(contract, verifiers), seed)
  const messages = [
    { role: 'system' as const, content: System },
    { role: 'user' as const, content: User },
  ]
  return { ...said, piece: { parent: null, messages, tools: toolDefinitions(contract.stepType) } }
}

export type AgentPrompt = { text: string; prompt: { name: string; version: string } }

/**
 * What a coding agent with a command line of its own is told, as one text. `resumed`: it goes on with the session of the
 * attempt before, so only what is new. `seed`: ours and stable over attempts, the activity's idempotency key.
 */
export async function agentPrompt(
  surroundings: Surroundings,
  { contract, workspace }: { contract: ContractBrief; workspace: Workspace },
  { resumed, seed }: { resumed: boolean; seed: string },
): Promise<AgentPrompt> {
  const { name, version, ...rest } = promptNamed('agent')
  const verifiers = resumed ? [] : await verifiersIn(surroundings, workspace)
  const parts = resumed ? ['Rework'] : ['Command line', 'User']
  const rendered = render({ name, version, ...rest }, parts, contractSlots(contract, verifiers), seed)
  const text = parts.map((part) => rendered[part]).join('\n\n')
  return { text: surroundings.redact(text), prompt: { name, version } }
}

const contractSlots = (contract: ContractBrief, verifiers: readonly VerifierSpec[] = []): Slots => ({
  contract: [block('contract', contract.plan, { step: contract.step, type: contract.stepType })],
  goal: [block('goal', contract.goal)],
  requirements: contract.requirements.map(({ id, text, priority }) => block('requirements', text, { id, priority })),
  criteria: contract.acceptanceCriteria.map(({ id, text }) => block('acceptance-criteria', text, { id })),
  verifiers: verifiersBlock('found in the repository', verifiers),
  instructions: contract.instructions === null ? [] : [block('instructions', contract.instructions)],
})

const block = (name: string, text: string, about: Record<string, string> = {}): Block => ({ name, text, about })

const verifiersIn = async ({ git }: Surroundings, { path, baseCommit }: Workspace): Promise<VerifierSpec[]> =>
  baseCommit === null ? [] : detectVerifiers(await projectFiles(git, path, baseCommit))
