import { planAnswerFormat, type PlanBrief, type PlanMenu } from '../../machines/index.ts'
import { type Block, shortened } from '../delimited.ts'
import type { Surroundings } from '../surroundings.ts'
import { agentsHere } from './agents.ts'
import type { Briefing } from './briefing.ts'
import { aboutExecutor, planMenu } from './menu.ts'
import { promptNamed, render, type Slots } from './prompt.ts'
import { type Survey, surveyRepository } from './survey.ts'
import { asJson, verifiersBlock } from './wording.ts'

const most = { wish: 40_000, summary: 500, instructions: 6000, before: 20_000 }

/** What a planner is asked: the person's wishes, what the repository is, who could work, what verifies. */
export async function planBriefing(surroundings: Surroundings, brief: PlanBrief, seed: string): Promise<Briefing> {
  const menu = planMenu(brief, brief.executor ? {} : await agentsHere(surroundings, brief.agentModels))
  const survey = await surveyRepository(surroundings, brief.directiveId, brief.repository)
  const answer = planAnswerFormat(menu)
  const slots = { schema: asJson(answer.schema), ...wishes(brief), ...means(brief, menu, survey), ...history(brief) }
  const prompt = promptNamed('planner')
  const { System, User } = render(prompt, ['System', 'User'], slots, seed)
  const messages = [
    { role: 'system' as const, content: System },
    { role: 'user' as const, content: User },
  ]
  return { prompt, piece: { parent: null, messages, answer }, citable: {}, menu }
}

const block = (name: string, text: string, about?: Block['about']): Block[] =>
  text === '' ? [] : [{ name, text: shortened(text, most.wish), ...(about && { about }) }]

const wishes = ({ title, goal, requirements, acceptanceCriteria, feedback, proposal }: PlanBrief): Slots => ({
  title: block('title', title),
  goal: block('goal', goal),
  requirements: block(
    'requirements',
    requirements.map((each) => `${each.id} (${each.priority}): ${each.text}`).join('\n'),
  ),
  criteria: block(
    'acceptance-criteria',
    acceptanceCriteria
      .map(({ id, text, verify }) => `${id}: ${text}${verify ? ` [verified by: ${verify.join(' ')}]` : ''}`)
      .join('\n'),
  ),
  feedback: feedback.flatMap((words, at) => block('feedback', words, { number: String(at + 1) })),
  proposal: proposal === null ? [] : block('proposal', shortened(asJson(proposal), most.before)),
})

const means = ({ limits, repository }: PlanBrief, menu: PlanMenu, survey: Survey | null): Slots => ({
  limits: [
    `- An executor has ${limits.stepTimeoutMinutes} minutes for a step, and at most ${limits.maxReworkCycles} more attempts when it is sent back.`,
    `- At most ${limits.maxParallelSteps} steps run at the same time.`,
    ...(limits.maxTotalCostUsd === undefined ? [] : [`- All of it may cost ${limits.maxTotalCostUsd} US dollars.`]),
  ].join('\n'),
  executors: Object.entries(menu.executors).flatMap(([name, executor]) =>
    block('executor', aboutExecutor(executor), { choice: name }),
  ),
  verifiers: [
    ...(survey === null ? [] : verifiersBlock('found in the repository, meant by auto', survey.verifiers)),
    ...verifiersBlock('configured by a person, to be chosen by name', menu.verifiers),
  ],
  repository:
    survey === null || repository === null
      ? 'There is none: every step works in an empty folder, and nothing is merged.'
      : `${survey.files} files at commit ${survey.commit.slice(0, 12)}. Its setup: ${repository.setup.length === 0 ? 'none' : 'configured'}.`,
  languages: block('languages', survey?.languages ?? ''),
  tree: block('tree', survey?.tree ?? ''),
  readme: block('readme', survey?.readme ?? ''),
})

const history = ({ generation, reason, before, passedSteps, failingStep }: PlanBrief): Slots => ({
  reason: block('reason', reason ?? ''),
  before:
    before === null
      ? []
      : block('before', shortened(asJson(before), most.before), { generation: String(generation - 1) }),
  passedSteps: block(
    'passed-steps',
    passedSteps
      .map((step) => `${step.name}: ${step.description}\n  ${shortened(step.summary, most.summary)}`)
      .join('\n'),
  ),
  failingStep:
    failingStep === null
      ? []
      : block('failing-step', `${failingStep.summary}\n${shortened(failingStep.instructions, most.instructions)}`, {
          step: failingStep.name,
        }),
})
