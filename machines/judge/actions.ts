import { assertEvent, setup } from 'xstate'
import type { BrieferInput, BrieferOutput } from '../activities/index.ts'
import { activity } from '../activity-actor.ts'
import { type Answered, completionInput, cutOff, failureOfAsking, withReply } from '../completion/asking.ts'
import { completionMachine } from '../completion/machine.ts'
import { instantOf } from '../instant.ts'
import { passOn, tellParent } from '../parent.ts'
import { wordsOf } from '../problem.ts'
import { judgeRepair, readVerdicts } from './answer.ts'
import type { JudgeContext, JudgeEvent, JudgeNews, JudgeTerms } from './schema.ts'

export const base = setup({
  types: { context: {} as JudgeContext, events: {} as JudgeEvent, input: {} as JudgeTerms },
  actors: {
    briefer: activity<BrieferOutput, BrieferInput>('briefer'),
    completion: completionMachine,
  },
})

// Twenty criteria with their reasons are some 4,000 tokens. Ten minutes: models think before they write.
const call = { maxOutputTokens: 8_000, timeoutMs: 600_000 }

const fail = base.assign(({ context, event }) => ({
  judgement: { verdicts: [], model: null, failure: failureOfAsking(event) },
  now: instantOf(event, context.now),
}))

export const actions = {
  startBriefer: base.spawnChild('briefer', { id: 'briefer', input: ({ context }) => context.terms.brief }),
  stopBriefer: base.stopChild('briefer'),
  recordBrief: base.assign(({ context, event }) => {
    assertEvent(event, 'xstate.done.actor.briefer')
    return { brief: event.output, now: instantOf(event, context.now) }
  }),
  recordBriefingFailure: fail,
  startCompletion: base.spawnChild('completion', {
    id: 'completion',
    input: ({ context }) => completionInput(context, call),
  }),
  stopCompletion: base.stopChild('completion'),
  /** A verdict counts as far as what it cites is in the diff. */
  readAnswer: base.assign(({ context, event }) => {
    const { answer, at } = event as Answered
    const { brief, terms } = context
    const { verdicts, problems } = readVerdicts(answer.text ?? '', terms.brief.criteria, brief!.citable)
    return { answer, verdicts, problems: [...cutOff(answer), ...problems], now: at }
  }),
  reply: base.assign(({ context }) => ({
    append: withReply(context, context.answer!, judgeRepair(context.problems)),
  })),
  recordFailure: fail,
  recordDefect: fail,
  /** What could not be mended is unverifiable, and says why. */
  recordVerdicts: base.assign(({ context }) => ({
    judgement: { verdicts: context.verdicts!, model: context.answer!.model, failure: null },
  })),
  recordUnreadable: base.assign(({ context }) => ({
    judgement: {
      verdicts: [],
      model: context.answer!.model,
      failure: { code: 'judgement.invalid', reason: wordsOf(context.problems) },
    },
  })),
  passOn: base.enqueueActions(passOn),
  tellConcluded: base.enqueueActions(({ context, enqueue, self }) => {
    const news: JudgeNews = { type: 'judge.concluded', at: context.now, judgement: context.judgement! }
    tellParent({ enqueue, self }, news)
  }),
}
