import type { Samples } from '../../../runtime/testing/index.ts'
import { file } from '../../machines/world.ts'
import { briefed, completed, content, dated, done, failed, passedOn, uncompleted, workspace } from './values.ts'

const plan = file()
const asking = { onRateLimit: 'park', at: 0 }
const about = { directiveId: 'd', models: ['big'], goal: plan.goal }

const proposed = {
  name: 'plan',
  steps: [{ name: 'a', type: 'implement', description: 'do a', requirementIds: ['R1'], executor: 'model' }],
}
const judged = (place: string) => ({
  criteria: [{ id: 'AC1', verdict: 'met', why: 'seen', citations: [{ file: place, firstLine: 1, lastLine: 2 }] }],
})

export const planner: Samples = {
  inputs: {
    'a goal': {
      ...asking,
      address: 'planner',
      chainId: null,
      attempt: 1,
      brief: {
        ...about,
        purpose: 'plan',
        title: plan.title,
        requirements: [{ id: 'R1', text: 'it works', priority: 'must' }],
        acceptanceCriteria: [],
        limits: plan.limits,
        repository: plan.repository,
        executor: null,
        agentModels: ['small'],
        generation: 1,
        reason: null,
        passedSteps: [],
        failingStep: null,
        feedback: [],
        proposal: null,
        before: null,
      },
    },
  },
  events: dated(() => [
    briefed(),
    failed('briefer'),
    completed(proposed),
    completed({ ...proposed, steps: [] }),
    completed(null, { answer: { model: 'big', text: null, toolCalls: [], finish: 'refused' } }),
    uncompleted,
    failed('completion'),
    ...passedOn,
  ]),
  facts: ({ append }) => append.length,
}

export const judge: Samples = {
  inputs: {
    'a delivery': {
      ...asking,
      address: 'one-g1/judge',
      ledger: { step: 'one', attempt: 1 },
      place: { chainId: 'plan-g1', stepId: 'one-g1' },
      brief: {
        ...about,
        purpose: 'judge',
        step: { name: 'one', description: 'do one' },
        criteria: [{ id: 'AC1', text: 'it works', requirementIds: [] }],
        subject: { repository: plan.repository, commit: 'c', path: null },
        baseCommit: 'base',
        evidence: null,
        programmatic: [],
      },
    },
  },
  events: dated(() => [
    briefed(),
    failed('briefer'),
    completed(judged('src/a.ts')),
    completed(judged('elsewhere')),
    completed({}),
    uncompleted,
    failed('completion'),
    ...passedOn,
  ]),
  facts: ({ append }) => append.length,
}

const turn = (changes: object) =>
  done('tools', {
    conversation: content,
    tokens: 20,
    progress: 'wrote a.js',
    advanced: true,
    delivered: null,
    durationMs: 5,
    ...changes,
  })

const attempt = {
  directiveId: 'd',
  address: 'one-g1/contract/agent',
  place: {},
  executedBy: 'model:d.one-g1',
  contract: {
    id: 'd.one-g1',
    name: 'Fix it - one',
    type: 'implement',
    step: 'one',
    stepType: 'implement',
    generation: 1,
    phases: ['plan', 'execute'],
    goal: plan.goal,
    plan: 'do one',
    executor: { kind: 'model', maxTurns: 2, maxTokens: 100, maxOutputTokens: 20, pass: [] },
    requirements: [],
    acceptanceCriteria: [],
    attempt: 1,
    phase: 'plan',
    instructions: null,
  },
  workspace,
  session: null,
  models: ['one'],
  limits: { maxTurns: 2, maxTokens: 100_000, maxOutputTokens: 20 },
  timeoutMs: 1000,
  onRateLimit: 'park',
  at: 0,
}

export const agent: Samples = {
  inputs: {
    'few turns': attempt,
    'many turns': { ...attempt, limits: { ...attempt.limits, maxTurns: 50 } },
  },
  events: dated(() => [
    briefed(),
    failed('briefer'),
    completed({ said: 'yes' }),
    completed(null, {
      answer: { model: 'big', text: null, toolCalls: [{ id: 't', name: 'run', arguments: '{}' }], finish: 'tools' },
    }),
    uncompleted,
    failed('completion'),
    turn({}),
    turn({ advanced: false }),
    turn({ delivered: 'did' }),
    turn({ durationMs: 2000 }),
    failed('tools'),
    ...passedOn,
  ]),
  facts: ({ turns, silentTurns, idleTurns }) => [Math.min(turns, 3), Math.min(silentTurns, 2), idleTurns],
}
