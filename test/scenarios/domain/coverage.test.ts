import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ApprovalType } from '../../../machines/approval/schema.ts'
import { approvalCommands, directiveCommands, stepCommands } from '../../../machines/commands.ts'
import { PlannerSource } from '../../../machines/chain/schema.ts'
import { Autonomy, Limits } from '../../../machines/directive-file.ts'
import { EmittedType } from '../../../machines/emitted-event.ts'
import { executors } from '../../../machines/executor.ts'
import { machines } from '../../../machines/index.ts'
import { coveragePath, coverageText } from './coverage.ts'
import { decisions } from './decisions.ts'
import { sections } from './rules.ts'
import { statements, statementsIn } from './statements.ts'

const rules = sections.flatMap((section) => section.rules)

/** The names of the tests in a file that run wherever it runs. */
const testsIn = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^\s*(?:test|it)\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/gm)].map(
    (match) => match[1]?.replaceAll("\\'", "'") ?? match[2] ?? match[3]!,
  )

test('docs/domain-coverage.md is the list of rules: `node test/scenarios/domain/write-coverage.ts` writes it', () => {
  expect(readFileSync(coveragePath, 'utf8')).toBe(coverageText())
})

test('every row and sentence of docs/domain.md is a rule, and every rule is one of them', () => {
  const said = statementsIn(readFileSync('docs/domain.md', 'utf8'))
  expect(said.length).toBeGreaterThan(80)
  const known = Object.keys(statements)
  expect(said.filter((each) => known.filter((words) => each.startsWith(words)).length !== 1)).toEqual([])
  expect(known.filter((words) => !said.some((each) => each.startsWith(words)))).toEqual([])
  const beginnings = [...new Set(Object.values(statements).flat())]
  expect(beginnings.filter((words) => !rules.some(({ rule }) => rule.startsWith(words)))).toEqual([])
  expect(rules.filter(({ rule }) => !beginnings.some((words) => rule.startsWith(words)))).toEqual([])
})

test('every rule has a test on the real runtime, which is there and is not skipped', () => {
  const known = new Map<string, string[]>()
  const missing = rules.flatMap(({ tests }) =>
    tests.filter(([file, name]) => {
      if (!known.has(file)) known.set(file, testsIn(file))
      return !known.get(file)!.includes(name)
    }),
  )
  expect(missing).toEqual([])
  expect(rules.filter(({ tests }) => tests.length === 0)).toEqual([])
  // These floors are tested without the runtime.
  const isOnTheRuntime = ([file]: [string, string]) => !/^test\/(machines|actors|db|runtime|cli\/check)\b/.test(file)
  expect(rules.filter(({ tests }) => !tests.some(isOnTheRuntime)).map(({ rule }) => rule)).toEqual([])
  expect(new Set(rules.map(({ rule }) => rule)).size).toBe(rules.length)
})

test('every test of the domain stands for a rule', () => {
  const folder = 'test/scenarios/domain'
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && name !== 'coverage.test.ts')
  const cited = new Set(rules.flatMap(({ tests }) => tests.map(([file, name]) => `${file}: ${name}`)))
  const all = files.flatMap((name) => testsIn(`${folder}/${name}`).map((each) => `${folder}/${name}: ${each}`))
  expect(all.length).toBeGreaterThan(60)
  expect(all.filter((each) => !cited.has(each))).toEqual([])
})

test('no state, command, question, executor, limit or event of the domain is without a rule', () => {
  const statesOf = (name: 'directive' | 'step' | 'contract' | 'approval') =>
    Object.keys(machines[name].machine.config.states!)
  const words = [
    ...(['directive', 'step', 'contract', 'approval'] as const).flatMap(statesOf),
    ...Object.keys({ ...directiveCommands, ...stepCommands, ...approvalCommands }),
    ...ApprovalType.options,
    ...Autonomy.options,
    ...PlannerSource.options,
    ...Object.keys(Limits.shape),
    ...executors.map(
      (executor) => (executor as unknown as z.ZodObject<{ kind: z.ZodLiteral<string> }>).shape.kind.value,
    ),
    ...EmittedType.options.filter((type) => !beyond.includes(type)),
  ]
  const text = sections.flatMap(({ title, rules: each }) => [title, ...each.map(({ rule }) => rule)]).join('\n')
  expect(words.filter((word) => !new RegExp(`\\b${word.replaceAll('.', '\\.')}\\b`).test(text))).toEqual([])
})

test('no decision of a machine of the domain is without a rule', () => {
  for (const [name, taken] of Object.entries(decisions)) {
    const { implementations } = machines[name as keyof typeof decisions].machine
    expect(Object.keys(taken).sort(), name).toEqual(Object.keys(implementations.guards).sort())
    const unruled = Object.values(taken).filter((words) => !rules.some(({ rule }) => rule.startsWith(words)))
    expect(unruled, name).toEqual([])
  }
})

// What the domain's own list does not have: of models, workers and forges.
const beyond = [
  ...['contract.offered', 'contract.claimed', 'contract.lapsed', 'contract.withdrawn'],
  ...['model.parked', 'pull_request.published'],
]
