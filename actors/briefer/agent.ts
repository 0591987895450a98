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
    const part = contract.instructions === null ? 'Interrupted' : 'Rework'
    const content = render(prompt, [part], contractSlots(contract), seed)[part]
    return { ...said, piece: { parent: session, messages: [{ role: 'user', content }] } }
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

/** Anew; in the session of an attempt that was not accepted; in the session of this attempt, which was cut off. */
export type Beginning = 'fresh' | 'rework' | 'interrupted'

const partsFor: Record<Beginning, string[]> = {
  fresh: ['Command line', 'User'],
  rework: ['Rework'],
  interrupted: ['Interrupted'],
}

/**
 * What a coding agent with a command line of its own is told, as one text. `seed`: ours and stable over attempts of the
 * activity, its idempotency key.
 */
export async function agentPrompt(
  surroundings: Surroundings,
  { contract, workspace }: { contract: ContractBrief; workspace: Workspace },
  { how, seed }: { how: Beginning; seed: string },
): Promise<AgentPrompt> {
  const prompt = promptNamed('agent')
  const verifiers = how === 'fresh' ? await verifiersIn(surroundings, workspace) : []
  const rendered = render(prompt, partsFor[how], contractSlots(contract, verifiers), seed)
  const text = partsFor[how].map((part) => rendered[part]).join('\n\n')
  return { text: surroundings.redact(text), prompt: { name: prompt.name, version: prompt.version } }
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
