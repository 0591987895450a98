import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PullRequest, type PublisherInput } from '../../../machines/index.ts'
import { type GitHub, standInGh, startGitHub } from '../../support/github.ts'
import { adjutantIn, belongings, commit, git, repositoryWith } from '../repositories.ts'
import { sandbox } from '../sandbox.ts'

const token = 'token-canary-0815'
const branch = 'adjutant/d1/result'

let github: GitHub
beforeEach(async () => {
  github = await startGitHub(token)
})
afterEach(() => github.close())

/** A person's repository with a result, and a bare remote named as on GitHub. */
function project() {
  const path = repositoryWith({ 'a.txt': 'one' })
  const bare = join(sandbox(), 'acme', 'widgets.git')
  mkdirSync(bare, { recursive: true })
  git(bare, 'init', '-q', '--bare', '-b', 'trunk')
  git(path, 'remote', 'add', 'origin', bare)
  git(path, 'push', '-q', 'origin', 'main:trunk')
  git(path, 'switch', '-q', '-c', branch)
  const result = commit(path, { 'a.txt': 'two' }, 'the result')
  git(path, 'switch', '-q', 'main')
  return { path, bare, result }
}

const evaluation: PublisherInput['evaluation'] = {
  kind: 'composite',
  score: 0.97,
  level: 'green',
  passed: true,
  programmatic: [
    {
      name: 'test',
      type: 'command',
      why: 'found',
      command: 'npm test',
      exitCode: 0,
      durationMs: 1234,
      outputTail: '',
      weight: 1,
      required: true,
      status: 'passed',
      score: 1,
    },
  ],
  judge: [],
  judgeModel: null,
  criteria: [
    {
      id: 'adds',
      text: 'it adds',
      verdict: 'met',
      why: 'sum is right',
      citations: [{ file: 'src/a.ts', firstLine: 3, lastLine: 5 }],
      by: 'judge',
      required: true,
    },
  ],
  caps: [],
  tamperedFiles: [],
  summary: 'green, score 0.97',
  reworkInstructions: '',
}

type Changes = Partial<Omit<PublisherInput, 'pullRequest'>> & { pullRequest?: object }
const inputFor = (path: string, { pullRequest, ...changes }: Changes = {}): PublisherInput => ({
  directiveId: 'd1',
  title: 'Make it add',
  goal: 'it adds',
  repository: { path, baseRef: 'HEAD', setup: [], copy: [] },
  branch,
  pullRequest: PullRequest.parse({ via: 'api', apiUrl: github.url, ...pullRequest }),
  evaluation,
  steps: [{ name: 'one', level: 'green', score: 1, summary: 'added' }],
  costUsd: 1.5,
  unknownCosts: 2,
  ...changes,
})

const publisher = (env: Record<string, string> = {}) =>
  adjutantIn(undefined, { env: { PATH: process.env['PATH'], GITHUB_TOKEN: token, ...env } })

describe('by the API', () => {
  test('the result is pushed, and a draft made that says what speaks for it', async () => {
    const { path, bare, result } = project()
    const before = belongings(path)
    const { run, home } = publisher()
    expect(await run('publisher', inputFor(path))).toMatchObject({
      url: `${github.url}/acme/widgets/pull/1`,
      number: 1,
      commit: result,
      created: true,
    })
    expect(git(bare, 'rev-parse', branch)).toBe(result)
    expect(git(bare, 'for-each-ref', '--format=%(refname)').split('\n')).toEqual([
      `refs/heads/${branch}`,
      'refs/heads/trunk',
    ])
    expect(github.pulls).toMatchObject([{ title: 'Make it add', head: branch, base: 'trunk', draft: true }])
    const { body } = github.pulls[0]!
    expect(body).toContain('| ✅ met | adds: it adds | sum is right | src/a.ts:3-5 |')
    expect(body).toContain('| ✅ passed | test | npm test | 0 | 1.2 s |')
    expect(body).toContain('| one | green | 1.00 | added |')
    expect(body).toContain('Spent: $1.50, and 2 of unknown cost.')
    expect(belongings(path)).toEqual(before)
    expect(readdirSync(join(home, 'publishing'))).toEqual([])
  })

  test('published again, the one there is brought up to date, also after a further commit', async () => {
    const { path, bare } = project()
    const { run } = publisher()
    await run('publisher', inputFor(path))
    git(path, 'switch', '-q', branch)
    const further = commit(path, { 'a.txt': 'three' })
    const again = await run('publisher', inputFor(path, { title: 'Make it add more' }))
    expect(again).toMatchObject({ number: 1, created: false, commit: further })
    expect(git(bare, 'rev-parse', branch)).toBe(further)
    expect(github.pulls).toMatchObject([{ number: 1, title: 'Make it add more' }])
  })

  test('one that a person closed stays closed, and no other is made', async () => {
    const { path } = project()
    const { run } = publisher()
    await run('publisher', inputFor(path))
    github.pulls[0]!.state = 'closed'
    expect(await run('publisher', inputFor(path, { title: 'Other' }))).toMatchObject({ number: 1, created: false })
    expect(github.pulls).toMatchObject([{ title: 'Make it add', state: 'closed' }])
  })

  test('one whose making was not answered is found, not made a second time', async () => {
    const { path } = project()
    github.reply(
      (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[]'),
      (response) => {
        github.pulls.push({
          number: 1,
          html_url: 'https://x/pull/1',
          state: 'open',
          draft: true,
          title: '',
          body: '',
          head: branch,
          base: 'trunk',
        })
        response.destroy()
      },
    )
    expect(await publisher().run('publisher', inputFor(path))).toMatchObject({ number: 1, created: false })
    expect(github.pulls).toHaveLength(1)
  })

  test('the base is the one that was asked for', async () => {
    await publisher().run('publisher', inputFor(project().path, { pullRequest: { base: 'release/1' } }))
    expect(github.pulls).toMatchObject([{ base: 'release/1' }])
  })

  test.each([
    [{ status: 401, body: { message: 'Bad credentials' } }, 'publishing.api_refused', false],
    [
      { status: 422, body: { message: 'Validation Failed', errors: [{ message: 'No commits between' }] } },
      'publishing.api_refused',
      false,
    ],
    [{ status: 503 }, 'publishing.api_refused', true],
    [{ status: 403, headers: { 'x-ratelimit-remaining': '0' } }, 'publishing.rate_limited', true],
    [{ status: 302, headers: { location: 'https://evil.example/' } }, 'publishing.api_refused', false],
  ])('what it refuses is said: %j', async (answer, code, retryable) => {
    github.refuse(answer)
    const error = await publisher()
      .run('publisher', inputFor(project().path))
      .catch((reason: unknown) => reason as Error)
    expect(error).toMatchObject({ code, retryable })
    expect((error as Error).message).toContain(String(answer.status))
  })

  test('without its token nothing is pushed', async () => {
    const { path, bare } = project()
    const outcome = publisher({ GITHUB_TOKEN: '' }).run('publisher', inputFor(path))
    await expect(outcome).rejects.toMatchObject({ code: 'publishing.token_missing', retryable: false })
    expect(git(bare, 'branch', '--list', branch)).toBe('')
  })
})

describe('by gh', () => {
  const withGh = () => {
    const gh = standInGh(join(sandbox(), 'bin'))
    const PATH = [gh.folder, process.env['PATH']].join(delimiter)
    return { gh, ...publisher({ PATH, HOME: '/home/person', GH_TOKEN: 'gh-token', DATABASE_URL: 'postgres://x' }) }
  }

  test('it is told everything by arguments, and the body by its input', async () => {
    const { gh, run, home } = withGh()
    const { path, bare, result } = project()
    const output = await run(
      'publisher',
      inputFor(path, { pullRequest: { via: 'gh' }, title: '--web is not an option' }),
    )
    expect(output).toMatchObject({
      url: 'https://github.com/acme/widgets/pull/1',
      number: 1,
      commit: result,
      created: true,
    })
    expect(git(bare, 'rev-parse', branch)).toBe(result)
    const [list, create] = gh.calls()
    expect(list!.args.slice(0, 6)).toEqual(['pr', 'list', '--head', branch, '--state', 'all'])
    expect(create!.args).toEqual([
      ...['pr', 'create', '--draft', `--head=${branch}`, '--base=trunk', '--title=--web is not an option'],
      ...['--body-file', '-', '--repo', 'acme/widgets'],
    ])
    expect(create!.input).toContain('| one | green | 1.00 | added |')
    expect(create!.env).toMatchObject({ GH_TOKEN: 'gh-token', HOME: '/home/person', GH_PROMPT_DISABLED: '1' })
    expect(create!.env).not.toHaveProperty('DATABASE_URL')
    expect(create!.cwd).toBe(home)
  })

  test('published again, it edits; closed by a person, it leaves it alone', async () => {
    const { gh, run } = withGh()
    const { path } = project()
    const input = inputFor(path, { pullRequest: { via: 'gh' } })
    await run('publisher', input)
    expect(await run('publisher', input)).toMatchObject({ number: 1, created: false })
    expect(gh.calls().at(-1)!.args.slice(0, 3)).toEqual(['pr', 'edit', '1'])
    gh.close(1)
    expect(await run('publisher', input)).toMatchObject({ number: 1, created: false })
    expect(gh.calls().at(-1)!.args[1]).toBe('list')
  })

  test.each([
    ['HTTP 401: Bad credentials (https://api.github.com/graphql)', false],
    ['error connecting to api.github.com: check your internet connection', true],
  ])('its failure is told in its words: %s', async (words, retryable) => {
    const { gh, run } = withGh()
    gh.fail(words)
    const outcome = run('publisher', inputFor(project().path, { pullRequest: { via: 'gh' } }))
    await expect(outcome).rejects.toMatchObject({ code: 'publishing.gh_failed', message: `gh: ${words}`, retryable })
  })

  test('where there is none, that is said', async () => {
    const bin = join(sandbox(), 'bin')
    mkdirSync(bin)
    const git = process.env['PATH']!.split(delimiter).find((folder) => existsSync(join(folder, 'git')))!
    const { run } = publisher({ PATH: [bin, git].join(delimiter) })
    const outcome = run('publisher', inputFor(project().path, { pullRequest: { via: 'gh' } }))
    await expect(outcome).rejects.toMatchObject({ code: 'publishing.gh_missing', retryable: false })
  })
})

describe('the push', () => {
  const fails = async (path: string, changes: Changes = {}) =>
    publisher()
      .run('publisher', inputFor(path, changes))
      .then(
        () => expect.fail('it was published'),
        (error: unknown) => error as Error,
      )

  test('runs nothing that the repository’s settings name', async () => {
    const { path, bare, result } = project()
    const canary = join(sandbox(), 'canary')
    const hook = join(path, '.git', 'hooks', 'pre-push')
    writeFileSync(hook, `#!/bin/sh\ntouch ${canary}\n`, { mode: 0o755 })
    for (const [key, value] of [
      ['core.hooksPath', join(path, '.git', 'hooks')],
      ['credential.helper', `!touch ${canary}`],
      ['core.sshCommand', `touch ${canary};`],
      ['core.fsmonitor', `touch ${canary};`],
      ['remote.origin.receivepack', `touch ${canary}; git-receive-pack`],
      ['push.gpgSign', 'true'],
      ['push.followTags', 'true'],
      ['remote.origin.mirror', 'true'],
    ] as const)
      git(path, 'config', key, value)
    git(path, 'tag', '-a', '-m', 'mine', 'v1', branch)
    await publisher().run('publisher', inputFor(path))
    expect(git(bare, 'rev-parse', branch)).toBe(result)
    expect(git(bare, 'tag')).toBe('')
    expect(existsSync(canary)).toBe(false)
  })

  test('never overwrites what somebody else has put there', async () => {
    const { path, bare } = project()
    git(path, 'push', '-q', 'origin', `main:${branch}`)
    const other = sandbox()
    git(other, 'clone', '-q', '-b', branch, bare, 'clone')
    const theirs = commit(join(other, 'clone'), { 'b.txt': 'theirs' })
    git(join(other, 'clone'), 'push', '-q', 'origin', branch)
    expect(await fails(path)).toMatchObject({ code: 'publishing.push_rejected', retryable: false })
    expect(git(bare, 'rev-parse', branch)).toBe(theirs)
    expect(github.pulls).toEqual([])
  })

  test.each([
    ['nowhere', 'publishing.remote_unknown'],
    ['--upload-pack=x', 'publishing.remote_unknown'],
  ])('to the remote %s is refused', async (remote, code) => {
    expect(await fails(project().path, { pullRequest: { remote } })).toMatchObject({ code, retryable: false })
  })

  test.each(['ext::sh -c true', '/no/such/place.git', 'https://x'])('to %s is refused', async (url) => {
    const { path } = project()
    git(path, 'remote', 'set-url', 'origin', url)
    const error = await fails(path)
    expect((error as Error & { code: string }).code).toMatch(/^(repository|publishing)\./)
    expect(github.received).toEqual([])
  })

  test('without a result is refused', async () => {
    const { path } = project()
    expect(await fails(path, { branch: 'adjutant/d2/result' })).toMatchObject({ code: 'publishing.branch_missing' })
  })

  test('goes where a clone came from', async () => {
    const { bare, path, result } = project()
    const { run, home } = publisher()
    const repository = { url: bare, baseRef: 'trunk', setup: [], copy: [] }
    const step = { directiveId: 'd1', contractId: 'd1.one-g1', step: 'one', generation: 1, attempt: 1 }
    await run('workspace', { ...step, freshBase: false, repository })
    const clone = join(home, 'repositories', readdirSync(join(home, 'repositories'))[0]!)
    git(clone, 'fetch', '-q', path, `${result}:refs/heads/${branch}`)
    expect(await run('publisher', inputFor(path, { repository }))).toMatchObject({ commit: result, created: true })
    expect(git(bare, 'rev-parse', branch)).toBe(result)
  })
})

describe('the login of the push', () => {
  /** The settings that a push to this address would run with: a stand-in for git notes them down and fails. */
  async function settingsFor(url: string, pullRequest: object, env: Record<string, string> = {}) {
    const { path } = project()
    git(path, 'remote', 'set-url', 'origin', url)
    const bin = join(sandbox(), 'bin')
    const noted = join(bin, 'noted')
    mkdirSync(bin)
    const real = process.env['PATH']!.split(delimiter).find((folder) => existsSync(join(folder, 'git')))!
    const script = `#!/bin/sh\ncase " $* " in *" push "*) echo "$*" > ${noted}; env >> ${noted}; exit 1;; esac\nexec ${real}/git "$@"\n`
    writeFileSync(join(bin, 'git'), script, { mode: 0o755 })
    const { run } = publisher({ PATH: [bin, process.env['PATH']].join(delimiter), ...env })
    await expect(run('publisher', inputFor(path, { pullRequest }))).rejects.toMatchObject({ retryable: true })
    const [args = '', ...variables] = readFileSync(noted, 'utf8').split('\n')
    const at = (name: string) => variables.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1) ?? ''
    const keys = Array.from({ length: Number(at('GIT_CONFIG_COUNT')) }, (_, n) => n)
    const settings = Object.fromEntries(keys.map((n) => [at(`GIT_CONFIG_KEY_${n}`), at(`GIT_CONFIG_VALUE_${n}`)]))
    return { args, settings, at }
  }

  const header = `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`

  test('is the token for the host of the API, as a header, and in no argument', async () => {
    const url = 'https://person:password@github.com/acme/widgets.git'
    const { args, settings, at } = await settingsFor(url, { apiUrl: 'https://api.github.com' })
    expect(settings['http.https://github.com/.extraHeader']).toBe(header)
    expect(settings).toMatchObject({ 'remote.result.url': url, 'http.followRedirects': 'false' })
    expect(args).not.toMatch(/token|password|github/)
    expect(at('GIT_ALLOW_PROTOCOL')).toBe('https')
  })

  test('for a server of one’s own is for that server', async () => {
    const { settings } = await settingsFor('https://git.corp/acme/widgets', { apiUrl: 'https://git.corp/api/v3' })
    expect(settings['http.https://git.corp/.extraHeader']).toBe(header)
  })

  test.each([
    'https://evil.example/acme/widgets.git',
    'git@github.com:acme/widgets.git',
    'https://github.com.evil/a/b',
  ])('goes nowhere else: %s', async (url) => {
    const { settings } = await settingsFor(url, { apiUrl: 'https://api.github.com' })
    expect(JSON.stringify(settings)).not.toContain('Authorization')
  })

  test('is left to gh where gh makes the pull request', async () => {
    const env = { HOME: '/home/person', GH_TOKEN: 'gh-token-canary' }
    const { settings, at } = await settingsFor('https://github.com/acme/widgets', { via: 'gh' }, env)
    expect(settings['credential.https://github.com.helper']).toBe('!gh auth git-credential')
    expect(at('GH_TOKEN')).toBe('gh-token-canary')
    expect(JSON.stringify(settings)).not.toContain('Authorization')
  })
})

test('what others wrote is text in the body: no markup, mention, closed issue or link', async () => {
  const nasty = '| <img src=x> [here](https://evil.example) @octocat fixes #12, GH-7 ![](http://x/y.png) `a`\n# top'
  const steps = [{ name: 'one', level: 'green', score: 1, summary: nasty }]
  await publisher().run('publisher', inputFor(project().path, { steps, goal: nasty }))
  const { body } = github.pulls[0]!
  const row = body.split('\n').find((line) => line.startsWith('| one'))!
  expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6)
  for (const live of ['<img', '](', '@octocat', '#12', 'GH-7', '://', '`a`'])
    expect(body.replaceAll('\\#', '#\\')).not.toContain(live)
})

test('a body that is longer than GitHub takes is cut', async () => {
  const steps = Array.from({ length: 400 }, (_, n) => ({
    name: `s${n}`,
    level: 'green',
    score: 1,
    summary: 'x'.repeat(500),
  }))
  await publisher().run('publisher', inputFor(project().path, { steps }))
  const { body } = github.pulls[0]!
  expect(body.length).toBeLessThan(65_000)
  expect(body).toContain('…cut')
  expect(body).toContain('directive d1')
})

test('secrets are taken out of what is published', async () => {
  const steps = [{ name: 'one', level: 'green', score: 1, summary: `the token is ${token}` }]
  await publisher().run('publisher', inputFor(project().path, { steps }))
  expect(github.pulls[0]!.body).not.toContain('canary')
})
