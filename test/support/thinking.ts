import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { makeFolder, runAdjutant, startAdjutant } from './adjutant.ts'
import { createTestDatabase } from './database.ts'
import { ScriptedProvider, type ProviderOptions, type ScriptedRequest } from './scripted-provider.ts'

/** How the prompts begin: what a scripted provider tells its askers apart by. */
export const asked = {
  plan: (request: ScriptedRequest) => request.text.startsWith('You plan work.'),
  judge: (request: ScriptedRequest) => request.text.startsWith('You judge whether work'),
  agent: (request: ScriptedRequest) => request.text.startsWith('You carry out one contract'),
  /** An agent with a command line of its own: behind the words of its maker. */
  commandLine: (request: ScriptedRequest) =>
    request.text.includes('\nYou carry out one contract') && !request.text.startsWith('You carry out'),
}

/** One step of a plan as a model answers it. */
export const plannedStep = (name: string, more: object = {}) => ({
  name,
  type: 'implement',
  description: `${name} is done`,
  taskPlan: '',
  dependsOn: [],
  parallelGroup: '',
  requirementIds: ['R1'],
  acceptanceCriteriaIds: ['AC1'],
  executor: 'model',
  verifiers: ['auto'],
  carryOver: false,
  ...more,
})

export const plan = (...steps: object[]) => ({
  text: { rationale: 'Because.', name: 'a-plan', description: '', steps },
})

type Cited = [file: string, firstLine: number, lastLine: number]

export const judgement = (id: string, verdict: 'met' | 'unmet' | 'unverifiable', ...cited: Cited[]) => ({
  text: {
    criteria: [
      {
        id,
        verdict,
        why: 'As cited.',
        citations: cited.map(([file, firstLine, lastLine]) => ({ file, firstLine, lastLine })),
      },
    ],
  },
})

export const call = (name: string, args: object) => ({ calls: [{ name, arguments: args }] })
export const deliver = (summary = 'Done.') => call('deliver', { summary })

export function writeAll(folder: string, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

export const git = (folder: string, ...args: string[]): string =>
  execFileSync(
    'git',
    ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@localhost', '-c', 'safe.directory=*', ...args],
    {
      encoding: 'utf8',
    },
  ).trimEnd()

/** A library with one function, which does not do what its test asks for. */
export const failingLibrary = {
  'package.json': JSON.stringify({ name: 'tidy', type: 'module', private: true, scripts: { test: 'node --test' } }),
  'README.md': '# tidy\n\nMakes slugs.\n',
  'src/slugify.js': 'export const slugify = (text) => text\n',
  'test/slugify.test.js': `import assert from 'node:assert/strict'
import test from 'node:test'
import { slugify } from '../src/slugify.js'
test('a slug is lower case', () => assert.equal(slugify('Two Words'), 'two-words'))
`,
}

export const slugify = "export const slugify = (text) => text.toLowerCase().replaceAll(' ', '-')\n"

/**
 * Everything that a directive which thinks needs: a database, a home whose price table knows the scripted models, a
 * repository, and a provider that says what it is scripted to say. All of it is gone after the test.
 */
export async function thinking(
  options: {
    files?: Record<string, string>
    provider?: ProviderOptions
    /** Where the programs of coding agents are; they are given a key and the provider's address, too. */
    agents?: string
    env?: Record<string, string>
  } = {},
) {
  const provider = await new ScriptedProvider(options.provider).listen()
  const database = await createTestDatabase()
  const folder = makeFolder()
  onTestFinished(async () => {
    await provider.close()
    await database.drop()
    folder.remove()
  })
  const home = join(folder.path, 'home')
  const repository = join(folder.path, 'project')
  const prices = ['scripted*', 'planner*', 'agent*', 'judge*'].map((model) => ({
    model,
    in: 1,
    out: 10,
    since: '2020-01-01',
  }))
  writeAll(home, { 'models.yaml': stringify({ prices }) })
  writeAll(repository, options.files ?? failingLibrary)
  git(repository, 'init', '--quiet', '--initial-branch=main')
  git(repository, 'add', '--all')
  git(repository, 'commit', '--quiet', '--message=first')
  const env: Record<string, string> = {
    ADJUTANT_HOME: home,
    DATABASE_URL: database.url,
    ADJUTANT_MODEL: 'scripted',
    ADJUTANT_MODEL_URL: provider.url,
    ADJUTANT_MODEL_KEY: 'sk-scripted-0123456789abcdef',
    NO_COLOR: '1',
    ...(options.agents && {
      PATH: `${options.agents}:${process.env.PATH}`,
      OPENAI_API_KEY: 'sk-scripted-agent-0123456789',
      OPENAI_BASE_URL: provider.url,
    }),
    ...options.env,
  }
  const cwd = folder.path
  return {
    provider,
    database,
    home,
    repository,
    folder: folder.path,
    env,
    /** Writes a directive file for the repository and gives its path. */
    directive(more: object = {}): string {
      const file = {
        title: 'Make slugs',
        goal: 'slugify gives lower-case words joined by hyphens',
        repository: { path: './project', baseRef: 'main' },
        requirements: [{ id: 'R1', text: 'A slug is lower case and has hyphens for spaces' }],
        acceptanceCriteria: [{ id: 'AC1', text: 'slugify lowers the case', requirementIds: ['R1'] }],
        autonomy: 'full_auto',
        ...more,
      }
      writeAll(folder.path, { 'directive.yaml': stringify(file) })
      return join(folder.path, 'directive.yaml')
    },
    adjutant: (...args: string[]) => runAdjutant(args, { cwd, env }),
    start: (...args: string[]) => startAdjutant(args, { cwd, env }),
    /** What `adjutant show --json` says of the one directive there is. */
    async shown() {
      const [{ id }] = (await runAdjutant(['list', '--json'], { cwd, env })).values()
      const [view] = (await runAdjutant(['show', id, '--json'], { cwd, env })).values()
      return view
    },
  }
}

/** Runs the tests of a commit in a checkout of its own; null: they pass. */
export function failureOfTests(repository: string, ref: string): string | null {
  const checkout = join(repository, '..', `checkout-${ref.replaceAll('/', '-')}`)
  git(repository, 'worktree', 'add', '--quiet', '--detach', checkout, ref)
  try {
    execFileSync(process.execPath, ['--test'], {
      cwd: checkout,
      env: { PATH: process.env.PATH! },
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return null
  } catch (error) {
    return String((error as { stdout?: string }).stdout)
  } finally {
    git(repository, 'worktree', 'remove', '--force', checkout)
  }
}
