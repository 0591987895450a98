import { beforeAll, expect, test } from 'vitest'
import { installAgents } from '../agents/install.ts'
import {
  asked,
  call,
  deliver,
  failureOfTests,
  git,
  judgement,
  plan,
  plannedStep,
  slugify,
  thinking,
} from '../support/thinking.ts'

let programs: string
beforeAll(async () => void (programs = await installAgents()), 600_000)

test('a goal alone: planned, carried out by our agent and by Codex, sent back once, judged, completed, to the cent', async () => {
  const world = await thinking({ agents: programs })
  const { provider, repository } = world
  const first = plannedStep('slugify', { dependsOn: ['readme'], executor: 'model' })
  const second = plannedStep('readme', { type: 'document', acceptanceCriteriaIds: [], executor: 'codex' })
  provider.on(asked.plan, [
    plan(first, { ...second, dependsOn: ['slugify'] }),
    plan({ ...first, dependsOn: [] }, { ...second, dependsOn: ['slugify'] }),
  ])
  provider.on(asked.judge, judgement('AC1', 'met', ['src/slugify.js', 1, 1]))
  provider.on(
    (request) => asked.agent(request) && request.text.includes('slugify is done'),
    [
      call('read', { path: 'src/slugify.js' }),
      call('write', { path: 'src/slugify.js', content: 'export const slugify = (text) => text.toLowerCase()\n' }),
      deliver('Lower case.'),
      // What came back names the test that failed.
      call('patch', {
        path: 'src/slugify.js',
        edits: [{ find: 'text.toLowerCase()', replace: "text.toLowerCase().replaceAll(' ', '-')" }],
      }),
      call('run', { argv: ['node', '--test'] }),
      deliver('Hyphens, too.'),
    ],
  )
  const line = "printf '# tidy\\n\\nA slug of Two Words is two-words.\\n' > README.md"
  provider.on(asked.commandLine, [
    { calls: [{ name: 'exec_command', arguments: { cmd: line } }] },
    { text: 'The README has an example now.' },
  ])
  const { code, stdout, stderr } = await world.adjutant('run', world.directive())
  expect(code, stdout + stderr).toBe(0)
  const view = await world.shown()
  expect(view).toMatchObject({ state: 'completed', status: 'done' })
  expect(failureOfTests(repository, view.resultBranch)).toBeNull()
  expect(git(repository, 'show', `${view.resultBranch}:src/slugify.js`)).toBe(slugify.trimEnd())
  expect(git(repository, 'show', `${view.resultBranch}:README.md`)).toContain('is two-words')
  expect(git(repository, 'status', '--porcelain', '--branch')).toBe('## main')

  expect(view.steps.map(({ name, reworkCount }: any) => [name, reworkCount])).toEqual([
    ['slugify', 1],
    ['readme', 0],
  ])
  expect(provider.unmatched).toEqual([])
  expect(view.totals.costUsd).toBeCloseTo(provider.totals.usd, 9)
  expect(view.totals.tokens).toBe(provider.totals.in + provider.totals.out)
}, 180_000)
