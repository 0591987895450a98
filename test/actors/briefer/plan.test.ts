import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Chain, PlanMenu } from '../../../machines/index.ts'
import { adjutantIn, commit, git, repositoryWith } from '../repositories.ts'
import { sandbox } from '../sandbox.ts'
import { blocksIn, nonceIn, planBrief, stored } from './briefs.ts'

const repositoryOf = (path: string) => ({ path, baseRef: 'HEAD', setup: [], copy: [] })
const project = () =>
  repositoryWith({
    'package.json': JSON.stringify({ scripts: { test: 'node --test' } }),
    'README.md': '# Slugify\n\nMakes slugs.',
    'src/slugify.js': 'export const slugify = (text) => text\n',
    'src/umlaut.js': '',
  })

async function plan(more: Parameters<typeof planBrief>[0] = {}, env: Record<string, string> = {}) {
  // Agents that are installed on this machine would be offered.
  const adjutant = adjutantIn(undefined, { env: { PATH: '/usr/bin:/bin', ...env } })
  const output = await adjutant.run('briefer', planBrief(more))
  const found = await stored(adjutant, output)
  return { output, ...found, ...blocksIn(found.user, nonceIn(found.system)) }
}

test('a planner is told what is wanted and what the repository is', async () => {
  const { output, system, textOf, answer, tools } = await plan({ repository: repositoryOf(project()) })
  expect(output.prompt).toEqual({ name: 'planner', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) })
  expect(textOf('goal')).toBe('slugify handles umlauts')
  expect(textOf('requirements')).toBe('R1 (must): Umlauts are transliterated')
  expect(textOf('acceptance-criteria')).toBe("AC1: slugify('Ä') is 'ae' [verified by: npm test]")
  expect(textOf('tree').split('\n')).toEqual(['README.md', 'package.json', 'src/slugify.js', 'src/umlaut.js'])
  expect(textOf('languages')).toMatch(/^js: 1 kB in 2 files/)
  expect(textOf('readme')).toContain('Makes slugs.')
  expect(textOf('verifiers')).toMatch(/^npm-test: npm run test \[required\] \(package\.json has a script "test"/)
  expect(answer?.name).toBe('plan')
  expect(tools).toBeUndefined()
  expect(system).toContain(JSON.stringify(answer?.schema, null, 1))
  expect(output.tokens).toBeGreaterThan(1000)
  expect(output.prices).toEqual({ 'planner-model': null })
})

test('later generations see the tip of the result', async () => {
  const path = project()
  commit(path, { 'src/passed.js': '' })
  git(path, 'update-ref', 'refs/heads/adjutant/d1/result', 'HEAD')
  git(path, 'reset', '-q', '--hard', 'HEAD~1')
  expect((await plan({ repository: repositoryOf(path) })).textOf('tree')).toContain('src/passed.js')
})

test('without a repository it says so, and sections about it are left out', async () => {
  const { user, textOf } = await plan()
  expect(user).toContain('There is none')
  expect(textOf('tree')).toBe('')
  expect(user).not.toMatch(/The chain before|said about earlier plans|What verifies a step|\{\{/)
})

test('what may be chosen: the built-in agent where it has a model; noop never', async () => {
  const menu = PlanMenu.parse((await plan()).output.menu)
  expect(menu.executors['model']).toMatchObject({ kind: 'model' })
  expect(Object.values(menu.executors).map(({ kind }) => kind)).not.toContain('noop')
})

test('an agent that is installed, new enough and has its key may be chosen, with the settings of its preset alone', async () => {
  const bin = sandbox()
  writeFileSync(join(bin, 'codex'), '#!/bin/sh\necho codex-cli 99.0.0\n', { mode: 0o755 })
  writeFileSync(join(bin, 'claude'), '#!/bin/sh\necho 1.0.0\n', { mode: 0o755 })
  const env = {
    PATH: `${bin}:/usr/bin:/bin`,
    OPENAI_API_KEY: 'sk-0123456789abcdef',
    ANTHROPIC_API_KEY: 'sk-ant-0123456',
  }
  const { output } = await plan({}, env)
  expect(Object.keys(output.menu!.executors)).toEqual(['model', 'codex'])
  // The models for agents are of the same server as Codex's own.
  const codex = { kind: 'agent', preset: 'codex', model: 'agent-model', args: [], pass: [] }
  expect(output.menu!.executors['codex']).toMatchObject(codex)
  const elsewhere = await plan({}, { ...env, OPENAI_BASE_URL: 'https://models.example.org/v1' })
  expect(elsewhere.output.menu!.executors['codex']).not.toHaveProperty('model')
})

test('an executor that the directive names is the one offered', async () => {
  const executor = { kind: 'command' as const, argv: ['node', 'fix.mjs'] }
  const { output, blocks } = await plan({ executor })
  expect(output.menu).toEqual({ executors: { given: executor }, verifiers: [] })
  expect(blocks.find(({ name }) => name === 'executor')).toMatchObject({
    head: ' choice="given"',
    text: 'a fixed command, chosen by a person: node fix.mjs',
  })
})

const before = Chain.parse({
  name: 'first',
  steps: [
    {
      name: 'one',
      type: 'implement',
      description: 'One',
      contract: { executor: { kind: 'command', shell: 'make it' } },
    },
    {
      name: 'two',
      type: 'test',
      description: 'Two',
      contract: { executor: { kind: 'command', shell: 'make it' } },
      verifiers: [{ name: 'unit', argv: ['make', 'test'] }],
    },
    { name: 'three', type: 'test', description: 'Three', contract: { executor: { kind: 'noop' } } },
  ],
})

test('a replan is told what passed, what failed and why, and may use what the chain before had', async () => {
  const { output, textOf, user } = await plan({
    before,
    generation: 2,
    reason: 'the step two is blocked',
    passedSteps: [{ name: 'one', description: 'One', summary: 'done' }],
    failingStep: { name: 'two', summary: 'red (0.00)', instructions: 'make test: exit code 2' },
    feedback: ['fewer steps, please'],
  })
  expect(Object.keys(output.menu!.executors)).toEqual(['model', 'as-in-one'])
  expect(output.menu!.verifiers.map(({ name }) => name)).toEqual(['unit'])
  expect(textOf('reason')).toBe('the step two is blocked')
  expect(textOf('passed-steps')).toContain('one: One\n  done')
  expect(textOf('failing-step')).toContain('make test: exit code 2')
  expect(textOf('feedback')).toBe('fewer steps, please')
  expect(textOf('before')).toContain('"name": "first"')
  expect(user).toContain('## The chain before')
})

test('planning fails for good when nobody could carry a plan out', async () => {
  await expect(adjutantIn().run('briefer', planBrief({ agentModels: [] }))).rejects.toMatchObject({
    code: 'planner.no_executor',
    retryable: false,
  })
})

test('a large repository is told by its folders', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 600 }, (_, n) => [`packages/p${n % 12}/src/deep/file-${n}.ts`, 'x']),
  )
  const { textOf } = await plan({ repository: repositoryOf(repositoryWith(files)) })
  expect(textOf('tree').split('\n')).toHaveLength(12)
  expect(textOf('tree')).toContain('packages/p3/src/deep/ (50 files)')
})

test('the same brief says the same again, so an attempt after a crash changes nothing', async () => {
  const adjutant = adjutantIn()
  const again = () => adjutant.run('briefer', planBrief(), { idempotencyKey: 'one-and-the-same' })
  expect((await again()).conversation).toEqual((await again()).conversation)
})
