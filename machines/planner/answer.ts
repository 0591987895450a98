import { type Fields, isFields, jsonIn, notAnObject } from '../answer.ts'
import { StepType } from '../chain/schema.ts'
import type { Executor } from '../executor.ts'
import type { Problem } from '../problem.ts'
import { didYouMean } from '../suggestion.ts'
import type { VerifierConfig } from '../verifier.ts'
import type { PlanMenu } from './menu.ts'

const text = (description: string) => ({ type: 'string', description })
const texts = (description: string) => ({ type: 'array', items: { type: 'string' }, description })

const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

const verifierNames = (menu: PlanMenu) => ['auto', ...menu.verifiers.map(({ name }) => name)]

/**
 * The shape of a plan as a model is asked for it. As plain as can be, because the strict modes of providers differ: every
 * field is there, what is not wanted is '' or [] or false.
 */
export const planAnswerFormat = (menu: PlanMenu): { name: string; schema: Record<string, unknown> } => ({
  name: 'plan',
  schema: object({
    rationale: text('Why this chain: what was found in the repository, and why it is cut this way. 2 to 6 sentences.'),
    name: text('kebab-case name of the chain'),
    description: text('One sentence.'),
    steps: {
      type: 'array',
      items: object({
        name: text('kebab-case, unique'),
        type: { type: 'string', enum: StepType.options },
        description: text('What shall be true when the step is done. Its executor sees it.'),
        taskPlan: text("How to get there: files, order, pitfalls. '' if nothing is to be added."),
        dependsOn: texts('Names of steps that must have passed before.'),
        parallelGroup: text("A label for steps that belong together, or ''."),
        requirementIds: texts('Requirements this step covers.'),
        acceptanceCriteriaIds: texts('Acceptance criteria that hold once this step is done.'),
        executor: { type: 'string', enum: Object.keys(menu.executors) },
        verifiers: {
          type: 'array',
          items: { type: 'string', enum: verifierNames(menu) },
          description: '["auto"]: those found in the repository. []: none, then a person looks at the result.',
        },
        carryOver: { type: 'boolean', description: 'Keep the result of the passed step of this name.' },
      }),
    },
  }),
})

/** A chain as proposed, not checked yet; problems' paths start at it. */
export type PlanReading = { chain: unknown; rationale: string; problems: Problem[] }

/** Reads a plan out of a model's answer; names are replaced by what the menu has under them. */
export const readPlan = (answer: string, menu: PlanMenu): PlanReading => {
  const found = jsonIn(answer)
  if (!isFields(found)) return { chain: null, rationale: '', problems: [notAnObject(answer)] }
  const plan = ['chain', 'plan'].map((key) => found[key]).find(isFields) ?? found
  const rationale = [found['rationale'], plan['rationale']].find((value) => typeof value === 'string') ?? ''
  const steps = Array.isArray(plan['steps']) ? (plan['steps'] as unknown[]) : undefined
  const read = steps?.map((step, index) => readStep(step, index, menu))
  return {
    chain: { ...given(plan, ['name', 'description']), steps: read?.map(({ step }) => step) },
    rationale: rationale as string,
    problems: read?.flatMap(({ problems }) => problems) ?? [],
  }
}

// '' and null stand for "not given": strict modes want every field.
const given = (fields: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(keys.map((key) => [key, fields[key]]).filter(([, value]) => value !== '' && value != null))

const plainKeys = [
  ...['name', 'type', 'description', 'taskPlan', 'dependsOn', 'parallelGroup'],
  ...['requirementIds', 'acceptanceCriteriaIds', 'carryOver'],
]

type Read<T> = { value: T; problems: Problem[] }

const readStep = (step: unknown, index: number, menu: PlanMenu): { step: unknown; problems: Problem[] } => {
  if (!isFields(step)) return { step, problems: [] }
  const contract = isFields(step['contract']) ? step['contract'] : {}
  const executor = readExecutor(step['executor'] ?? contract['executor'], ['steps', index, 'executor'], menu)
  const verifiers = readVerifiers(step['verifiers'], ['steps', index, 'verifiers'], menu)
  return {
    step: { ...given(step, plainKeys), contract: { executor: executor.value }, verifiers: verifiers.value },
    problems: [...executor.problems, ...verifiers.problems],
  }
}

const unknown = (code: string, path: Problem['path'], word: unknown, offered: readonly string[]): Problem => {
  const said = typeof word === 'string' ? `"${word}"` : JSON.stringify(word)
  const near = typeof word === 'string' ? didYouMean(word, offered) : {}
  return { code, path, message: `${said} is not offered; choose from: ${offered.join(', ')}`, ...near }
}

// So that a step which names none can be read to its end: it is never started, for there is a problem.
const nobody: Executor = { kind: 'noop' }

const readExecutor = (raw: unknown, path: Problem['path'], menu: PlanMenu): Read<Executor> => {
  const name = isFields(raw) ? (raw['preset'] ?? raw['kind']) : raw
  const offered = Object.keys(menu.executors)
  if (typeof name === 'string' && offered.includes(name)) return { value: menu.executors[name]!, problems: [] }
  return { value: nobody, problems: [unknown('executor.unknown', path, name ?? null, offered)] }
}

const readVerifiers = (raw: unknown, path: Problem['path'], menu: PlanMenu): Read<'auto' | VerifierConfig[]> => {
  const words = (Array.isArray(raw) ? raw : [raw ?? 'auto']).map((each: unknown) =>
    isFields(each) ? each['name'] : each,
  )
  if (words.includes('auto')) return { value: 'auto', problems: [] }
  const found = words.map((word) => menu.verifiers.find(({ name }) => name === word))
  const problems = words.flatMap((word, index) =>
    found[index] || word === 'none' ? [] : [unknown('verifier.unknown', [...path, index], word, verifierNames(menu))],
  )
  return { value: found.filter((verifier) => verifier !== undefined), problems }
}

/** What is said to a model whose plan cannot become fact. */
export const planRepair = (problems: readonly Problem[]): string =>
  `This plan cannot be used. Answer with the whole corrected plan, as one JSON object of the same shape, nothing else.
Every problem, with its place in the plan:
${JSON.stringify(problems, null, 2)}`
