import type { AgentBrief, BrieferOutput, JudgeBrief, Message, PlanBrief } from '../../../machines/index.ts'
import { Limits } from '../../../machines/index.ts'
import { readConversation } from '../../../actors/content.ts'
import type { adjutantIn } from '../repositories.ts'

export const planBrief = (more: Partial<PlanBrief> = {}): PlanBrief => ({
  purpose: 'plan',
  directiveId: 'd1',
  models: ['planner-model'],
  title: 'Fix slugify',
  goal: 'slugify handles umlauts',
  requirements: [{ id: 'R1', text: 'Umlauts are transliterated', priority: 'must' }],
  acceptanceCriteria: [{ id: 'AC1', text: "slugify('Ä') is 'ae'", requirementIds: ['R1'], verify: ['npm', 'test'] }],
  limits: Limits.parse({}),
  repository: null,
  executor: null,
  agentModels: ['agent-model'],
  generation: 1,
  reason: null,
  passedSteps: [],
  failingStep: null,
  feedback: [],
  proposal: null,
  before: null,
  ...more,
})

export const judgeBrief = (more: Partial<JudgeBrief> = {}): JudgeBrief => ({
  purpose: 'judge',
  directiveId: 'd1',
  models: ['judge-model'],
  goal: 'slugify handles umlauts',
  step: { name: 'implement', description: 'Transliterate umlauts' },
  criteria: [{ id: 'AC1', text: "slugify('Ä') is 'ae'", requirementIds: [] }],
  subject: { repository: null, commit: null, path: null },
  baseCommit: null,
  evidence: null,
  programmatic: [],
  ...more,
})

export const agentBrief = (path: string, more: Partial<AgentBrief['contract']> = {}): AgentBrief => ({
  purpose: 'agent',
  directiveId: 'd1',
  models: ['agent-model'],
  contract: {
    id: 'd1.implement-g1',
    name: 'Fix slugify - implement',
    type: 'implement',
    step: 'implement',
    stepType: 'implement',
    generation: 1,
    attempt: 1,
    phases: ['plan', 'execute', 'verify'],
    phase: 'plan',
    goal: 'slugify handles umlauts',
    plan: 'Transliterate umlauts',
    instructions: null,
    executor: { kind: 'model', maxTurns: 5, maxTokens: 1000, maxOutputTokens: 100, pass: [] },
    requirements: [{ id: 'R1', text: 'Umlauts are transliterated', priority: 'must' }],
    acceptanceCriteria: [{ id: 'AC1', text: 'it works', requirementIds: [] }],
    ...more,
  },
  workspace: { path, branch: null, baseCommit: null },
  session: null,
})

/** What was stored: the messages, joined by role. */
export async function stored({ home }: ReturnType<typeof adjutantIn>, { conversation }: BrieferOutput) {
  const found = await readConversation(home, conversation)
  const said = (role: Message['role']) =>
    found.messages
      .filter((message) => message.role === role)
      .map(({ content }) => content)
      .join('\n')
  return { ...found, system: said('system'), user: said('user') }
}

export const nonceIn = (system: string): string => /<data-([0-9a-f]{16}) …>/.exec(system)?.[1] ?? ''

/** What stands between the marks of the data blocks, by their names; nothing but our own words is left outside of them. */
export function blocksIn(text: string, nonce: string) {
  const blocks: { name: string; head: string; text: string }[] = []
  const outside = text.replaceAll(
    new RegExp(`<data-${nonce} name="([^"]*)"([^\\n]*)>\\n([\\s\\S]*?)\\n</data-${nonce}>`, 'g'),
    (_, name: string, head: string, inside: string) => {
      blocks.push({ name, head, text: inside })
      return ''
    },
  )
  const textOf = (name: string) =>
    blocks
      .filter((block) => block.name === name)
      .map((block) => block.text)
      .join('\n')
  return { blocks, outside, textOf }
}
