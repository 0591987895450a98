import { expect, test } from 'vitest'
import { adjutantIn, git, repositoryWith } from '../repositories.ts'
import { agentBrief, blocksIn, nonceIn, stored } from './briefs.ts'

const project = () => repositoryWith({ 'package.json': JSON.stringify({ scripts: { test: 'node --test' } }) })

test('the built-in agent is told its contract, what verifies it, and which tools it has', async () => {
  const path = project()
  const adjutant = adjutantIn()
  const brief = agentBrief(path)
  brief.workspace.baseCommit = git(path, 'rev-parse', 'HEAD')
  const output = await adjutant.run('briefer', brief)
  const { system, user, tools, answer } = await stored(adjutant, output)
  const { textOf } = blocksIn(user, nonceIn(system))
  expect(output).toMatchObject({ prompt: { name: 'agent' }, citable: {}, menu: null })
  expect(textOf('contract')).toBe('Transliterate umlauts')
  expect(textOf('requirements')).toBe('Umlauts are transliterated')
  expect(textOf('verifiers')).toContain('npm run test')
  expect(tools?.map(({ name }) => name)).toContain('deliver')
  expect(answer).toBeUndefined()
  expect(user).not.toContain('attempt before')
})

test('a step of research gets no tool that writes', async () => {
  const adjutant = adjutantIn()
  const { tools } = await stored(adjutant, await adjutant.run('briefer', agentBrief('/', { stepType: 'research' })))
  expect(tools?.map(({ name }) => name)).not.toContain('write')
})

test('a rework goes on with the conversation; without one it begins with what was wrong', async () => {
  const adjutant = adjutantIn()
  const first = await adjutant.run('briefer', agentBrief('/'))
  const instructions = 'npm test: exit code 1'
  const again = agentBrief('/', { attempt: 2, instructions })
  const rework = await adjutant.run('briefer', { ...again, session: first.conversation })
  const { messages, tools } = await stored(adjutant, rework)
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user', 'user'])
  expect(messages[2]?.content).toContain(instructions)
  expect(messages[2]?.content).not.toContain('Transliterate')
  expect(tools?.map(({ name }) => name)).toContain('deliver')
  expect(rework.tokens).toBeGreaterThan(first.tokens)
  const anew = await stored(adjutant, await adjutant.run('briefer', again))
  expect(anew.user).toContain('Transliterate')
  expect(anew.user).toContain(instructions)
})
