import { judgeAnswerFormat, type JudgeBrief } from '../../machines/index.ts'
import { shortened } from '../delimited.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Briefing } from './briefing.ts'
import { changesIn } from './changes.ts'
import { promptNamed, render } from './prompt.ts'
import { asJson, resultBlocks } from './wording.ts'

/** What a judge is asked: the criteria, and as data the diff, the verifiers' results and what its maker says. */
export async function judgeBriefing(surroundings: Surroundings, brief: JudgeBrief, seed: string): Promise<Briefing> {
  const { goal, step, criteria, evidence, programmatic } = brief
  const changes = await changesIn(surroundings, brief)
  const answer = judgeAnswerFormat(criteria)
  const slots = {
    schema: asJson(answer.schema),
    goal: [{ name: 'goal', text: goal }],
    step: step === null ? [] : [{ name: 'step', about: { step: step.name }, text: step.description }],
    criteria: criteria.map(({ id, text }) => ({ name: 'criteria', about: { id }, text })),
    verifiers: resultBlocks(programmatic),
    summary: evidence?.summary ? [{ name: 'summary', text: shortened(evidence.summary, 4000) }] : [],
    changes: changes.blocks.length > 0 ? changes.blocks : 'Nothing was changed.',
    omitted: changes.omitted.length > 0 ? [{ name: 'left-out', text: changes.omitted.join('\n') }] : [],
  }
  const prompt = promptNamed('judge')
  const { System, User } = render(prompt, ['System', 'User'], slots, seed)
  const messages = [
    { role: 'system' as const, content: System },
    { role: 'user' as const, content: User },
  ]
  return { prompt, piece: { parent: null, messages, answer }, citable: changes.citable, menu: null }
}
