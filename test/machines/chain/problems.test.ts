import { expect, test } from 'vitest'
import { proposalOf } from '../../../machines/chain/proposal.ts'
import { chainProblems, DirectiveFile, maxSteps } from '../../../machines/index.ts'
import { chain, file, step } from '../world.ts'

const problems = (changes: object) => chainProblems(file(changes))
const codes = (changes: object) => problems(changes).map(({ code }) => code)
const of = (...steps: object[]) => ({ chain: chain(...steps) })

test('a sound file has no problem', () => {
  expect(problems({})).toEqual([])
})

test('names are unique and kebab-case', () => {
  expect(problems(of(step('One Step'), step('two'), step('two'), step('Ü')))).toEqual([
    {
      code: 'step.name_invalid',
      path: ['chain', 'steps', 0, 'name'],
      message: '"One Step" is not kebab-case',
      suggestion: 'write "one-step"',
    },
    { code: 'step.name_taken', path: ['chain', 'steps', 2, 'name'], message: '"two" is already the name of step 2' },
    { code: 'step.name_invalid', path: ['chain', 'steps', 3, 'name'], message: '"Ü" is not kebab-case' },
  ])
})

test('an unknown dependency is told with what was probably meant', () => {
  expect(problems(of(step('implement'), step('test', ['implemnt', 'zzzzzzzz'])))).toEqual([
    {
      code: 'step.unknown_dependency',
      path: ['chain', 'steps', 1, 'dependsOn', 0],
      message: 'there is no step "implemnt"',
      suggestion: 'did you mean "implement"?',
    },
    {
      code: 'step.unknown_dependency',
      path: ['chain', 'steps', 1, 'dependsOn', 1],
      message: 'there is no step "zzzzzzzz"',
    },
  ])
})

test('a cycle is told with its path, at the dependency that begins it', () => {
  expect(problems(of(step('z'), step('a', ['z', 'b']), step('b', ['a'])))).toEqual([
    {
      code: 'chain.cyclic',
      path: ['chain', 'steps', 1, 'dependsOn', 1],
      message: 'the steps wait for each other: a -> b -> a',
    },
  ])
})

test('requirements and criteria exist, and every must is covered', () => {
  const requirements = [
    { id: 'R1', text: 'works' },
    { id: 'R2', text: 'is fast', priority: 'should' },
    { id: 'R1', text: 'twice', priority: 'could' },
  ]
  const acceptanceCriteria = [
    { id: 'AC1', text: 'it does', requirementIds: ['R1', 'R9'] },
    { id: 'AC1', text: 'again' },
  ]
  const one = step('one', [], { requirementIds: ['R3'], acceptanceCriteriaIds: ['AC2'] })
  expect(codes({ requirements, acceptanceCriteria, ...of(one) })).toEqual([
    'requirement.id_taken',
    'criterion.id_taken',
    'criterion.unknown_requirement',
    'step.unknown_requirement',
    'step.unknown_criterion',
    'requirement.uncovered',
  ])
})

test('phases and verifier names fit', () => {
  const contract = { executor: { kind: 'noop' }, phases: ['plan', 'work'], initialPhase: 'wrk' } as never
  const fitting = { executor: { kind: 'noop' }, phases: ['plan', 'work'], initialPhase: 'work' } as never
  const verifiers = [
    { name: 'a', argv: ['x'] },
    { name: 'a', argv: ['y'] },
  ] as never
  expect(problems(of(step('one', [], { contract, verifiers }), step('two', [], { contract: fitting })))).toMatchObject([
    { code: 'contract.unknown_phase', suggestion: 'did you mean "work"?' },
    { code: 'verifier.name_taken', path: ['chain', 'steps', 0, 'verifiers', 1, 'name'] },
  ])
})

test('planners write short chains, people long ones', () => {
  const steps = Array.from({ length: 201 }, (_, index) => step(`s${index}`))
  const terms = { requirements: [], acceptanceCriteria: [] }
  expect(proposalOf(chain(...steps), { ...terms, source: 'model' }).problems).toMatchObject([
    { code: 'chain.too_large' },
  ])
  expect(proposalOf(chain(...steps), { ...terms, source: 'file' }).problems).toEqual([])
  expect([maxSteps('file'), maxSteps('template')]).toEqual([5000, 200])
})

test('what a planner proposes is parsed as well as checked', () => {
  const propose = (changes: object) =>
    proposalOf(
      { name: 'x', steps: [{ ...step('a'), ...changes }] },
      { requirements: [], acceptanceCriteria: [], source: 'model' },
    ).problems.map(({ code, path }) => [code, path.join('.')])
  expect(propose({ contract: { executor: { kind: 'robot' } } })).toEqual([
    ['executor.unknown', 'steps.0.contract.executor.kind'],
  ])
  expect(propose({ verifiers: [{ name: 'v', type: 'oracle', argv: ['x'] }] }).map(([code]) => code)).toEqual([
    'verifier.unknown',
  ])
  expect(propose({ verifiers: 5 }).map(([code]) => code)).toEqual(['chain.invalid'])
  expect(propose({ colour: 'red' }).map(([code]) => code)).toEqual(['chain.invalid'])
  expect(propose({ dependsOn: ['b'] }).map(([code]) => code)).toEqual(['step.unknown_dependency'])
})

test('a plan needs something to be planned from', () => {
  expect(codes({ chain: undefined, planner: 'file' })).toEqual(['chain.missing'])
  expect(codes({ chain: undefined, planner: 'template' })).toEqual(['executor.missing'])
  expect(codes({ chain: undefined, planner: 'template', executor: { kind: 'noop' } })).toEqual([])
  expect(codes({ chain: undefined })).toEqual([])
})

test('a file has exactly one of path and url, of argv and shell, and yellow below green', () => {
  const bad = (changes: object) => !DirectiveFile.safeParse({ ...file(), ...changes }).success
  expect(bad({ repository: { path: 'a', url: 'b' } })).toBe(true)
  expect(bad({ executor: { kind: 'command' } })).toBe(true)
  expect(bad({ thresholds: { green: 0.5, yellow: 0.6 } })).toBe(true)
  expect(bad(of(step('a', [], { verifiers: [{ name: 'x' }] as never })))).toBe(true)
  expect(bad({ colour: 'red' })).toBe(true)
})
