import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { VerifierInput, VerifierSpec } from '../../../machines/index.ts'
import { adjutantIn, belongings, commit, git, repositoryWith, write } from '../repositories.ts'
import { adjutantProcesses, eventually, sandbox } from '../sandbox.ts'

const spec = (more: Partial<VerifierSpec>): VerifierSpec => ({
  name: 'check',
  type: 'command',
  weight: 1,
  required: true,
  timeoutSeconds: 20,
  rerun: true,
  why: 'configured',
  ...more,
})

const inputFor = (
  repository: { path: string; setup?: string[][]; copy?: string[] } | null,
  verifier: Partial<VerifierSpec>,
  subject: Partial<VerifierInput['subject']> = {},
): VerifierInput => ({
  directiveId: 'd1',
  step: 'build',
  subject: {
    repository: repository && { baseRef: 'HEAD', setup: [], copy: [], ...repository },
    commit: null,
    path: null,
    ...subject,
  },
  verifier: spec(verifier),
})

const verify = async (files: Record<string, string>, verifier: Partial<VerifierSpec>) =>
  adjutantIn().run('verifier', inputFor({ path: repositoryWith(files) }, verifier))

describe('a verifier', () => {
  test('passes with exit code 0, and says what it ran and why', async () => {
    const result = await verify(
      { 'a b.txt': 'x' },
      { argv: ['cat', 'a b.txt'], weight: 0.5, required: false, why: 'Makefile' },
    )
    expect(result).toMatchObject({
      name: 'check',
      type: 'command',
      why: 'Makefile',
      command: "cat 'a b.txt'",
      exitCode: 0,
      outputTail: 'x',
      weight: 0.5,
      required: false,
      status: 'passed',
      score: 1,
    })
  })

  test('fails with any other, its output kept', async () => {
    expect(await verify({}, { shell: 'echo expected 1, got 2; exit 4' })).toMatchObject({
      status: 'failed',
      score: 0,
      exitCode: 4,
      outputTail: 'expected 1, got 2\n',
    })
  })

  test('fails when it takes too long, and is not tried again', async () => {
    const result = await verify({}, { shell: 'echo x >> ../../../tries; sleep 600', timeoutSeconds: 0.5 })
    expect(result).toMatchObject({ status: 'failed', exitCode: null, outputTail: '[was ended after 0.5 s]' })
    expect(result.durationMs).toBeLessThan(15_000)
  })

  test('that fails and passes when run again is flaky', async () => {
    const result = await verify(
      {},
      { shell: 'if [ -e seen ]; then echo fine; else touch seen; echo broken; exit 1; fi' },
    )
    expect(result).toMatchObject({
      status: 'flaky',
      score: 1,
      exitCode: 0,
      outputTail: 'failed first:\nbroken\n\nthen passed:\nfine\n',
    })
  })

  test('is not run again where that is not wanted', async () => {
    expect(
      await verify({}, { shell: 'if [ -e seen ]; then exit 0; fi; touch seen; exit 1', rerun: false }),
    ).toMatchObject({ status: 'failed' })
  })

  test.each([
    ['a program', { argv: ['no-such-linter', '.'] }],
    ['a script of npm', { argv: ['npm', 'run', '--silent', 'lint'] }],
    ['a Python module', { shell: 'echo "/usr/bin/python3: No module named pytest" >&2; exit 1' }],
    ['a subcommand of cargo', { shell: 'echo "error: no such command: \\`clippy\\`" >&2; exit 101' }],
  ])('is unavailable when its tool, %s, is not installed', async (_, verifier) => {
    const result = await verify({ 'package.json': '{"scripts":{"lint":"no-such-linter ."}}' }, verifier)
    expect(result).toMatchObject({ status: 'unavailable', score: 0 })
  })

  test('fails when it is the repository that lacks the program or the folder', async () => {
    expect(await verify({}, { argv: ['./scripts/test.sh'] })).toMatchObject({ status: 'failed' })
    expect(await verify({}, { argv: ['true'], cwd: 'packages/gone' })).toMatchObject({
      status: 'failed',
      outputTail: 'there is no folder packages/gone in the checkout',
    })
    expect(await verify({}, { argv: ['true'], cwd: '../..' })).toMatchObject({ status: 'failed' })
  })

  test('runs in the folder it names', async () => {
    expect(await verify({ 'packages/a/x': '' }, { argv: ['ls'], cwd: 'packages/a' })).toMatchObject({
      outputTail: 'x\n',
    })
  })

  test('sees nothing of our environment but what is allowed', async () => {
    process.env['DATABASE_URL'] = 'canary'
    const result = await verify({}, { argv: ['env'], env: { MODE: 'x' } })
    delete process.env['DATABASE_URL']
    expect(result.outputTail).toContain('MODE=x')
    expect(result.outputTail).not.toContain('canary')
  })

  test('may have a git of its own: hooks, authors and settings of the repositories that a test suite makes', async () => {
    const script = [
      'git init -q own && cd own',
      'git config user.name Tester && git config user.email t@example.org',
      'printf "#!/bin/sh\\ntouch hook-ran" > .git/hooks/post-commit && chmod +x .git/hooks/post-commit',
      'git commit -q --allow-empty -m x && git log --format=%an && ls',
    ].join(' && ')
    expect(await verify({}, { shell: script })).toMatchObject({ status: 'passed', outputTail: 'Tester\nhook-ran\n' })
  })

  test('takes what it left running with it', async () => {
    await verify({}, { shell: 'setsid sleep 4730 & (sleep 4730 &) ; exit 0' })
    expect(adjutantProcesses()).toEqual([])
  })
})

describe('a real test runner', () => {
  test.each([
    [
      'node --test that passes',
      { 'a.test.mjs': 'import test from "node:test"; test("a", () => {})' },
      ['node', '--test'],
      'passed',
    ],
    [
      'node --test that fails',
      { 'a.test.mjs': 'import test from "node:test"; test("a", () => { throw new Error("no") })' },
      ['node', '--test'],
      'failed',
    ],
    ['node --test that finds nothing', { 'a.mjs': '' }, ['node', '--test'], 'failed'],
    [
      'node --test that skips all',
      { 'a.test.mjs': 'import test from "node:test"; test.skip("a", () => {})' },
      ['node', '--test'],
      'failed',
    ],
    ['unittest that finds nothing', { 'a.py': '' }, ['python3', '-m', 'unittest', 'discover'], 'failed'],
    ['make without the tool', { Makefile: 'test:\n\tno-such-tool-at-all\n' }, ['make', 'test'], 'unavailable'],
  ] as const)('%s', async (_, files, argv, status) => {
    if (argv[0] === 'python3' || argv[0] === 'make') if (!installed(argv[0])) return
    expect(await verify(files, { argv: [...argv] })).toMatchObject({ status })
  })
})

const installed = (program: string) =>
  (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)))

describe('the checkout', () => {
  test('holds the commit and nothing else, set up, and is gone afterwards', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'first', '.gitignore': '.env\n' })
    const first = git(path, 'rev-parse', 'HEAD')
    commit(path, { 'b.txt': 'later' })
    write(path, { '.env': 'KEY=1', 'dirty.txt': 'x' })
    const before = belongings(path)
    const input = inputFor(
      { path, setup: [['sh', '-c', 'echo ready > setup.txt']], copy: ['.env'] },
      { shell: 'ls -A | sort | tr "\\n" " "; git log --oneline | wc -l; cat .env' },
      { commit: first },
    )
    const result = await run('verifier', input)
    expect(result.outputTail).toBe('.env .git .gitignore a.txt setup.txt 1\nKEY=1')
    expect(belongings(path)).toEqual(before)
    expect(readdirSync(join(home, 'checkouts/d1'))).toEqual([])
    expect(git(path, 'worktree', 'list').split('\n')).toHaveLength(1)
  })

  test('is of the result, or of the base while there is none', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'base' })
    const input = inputFor({ path }, { argv: ['cat', 'a.txt'] })
    expect((await run('verifier', input)).outputTail).toBe('base')
    const result = commit(path, { 'a.txt': 'result' })
    git(path, 'update-ref', 'refs/heads/adjutant/d1/result', result)
    git(path, 'reset', '-q', '--hard', 'HEAD~1')
    expect((await run('verifier', input)).outputTail).toBe('result')
  })

  test('that cannot be set up makes the verifier unavailable, with the output', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({})
    const result = await run(
      'verifier',
      inputFor({ path, setup: [['sh', '-c', 'echo no registry; exit 1']] }, { argv: ['true'] }),
    )
    expect(result).toMatchObject({
      status: 'unavailable',
      score: 0,
      exitCode: null,
      outputTail: expect.stringMatching(/ended with exit code 1\nno registry\n$/),
    })
  })

  test('left by a crash is made anew by the next attempt', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const idempotencyKey = `${process.pid}-verify`
    const crash = new AbortController()
    const up = join(sandbox(), 'up')
    const slow = run('verifier', inputFor({ path }, { shell: `touch ${up}; sleep 600` }), {
      idempotencyKey,
      signal: crash.signal,
    })
    await Promise.race([slow, eventually(() => expect(existsSync(up)).toBe(true))])
    const [left] = readdirSync(join(home, 'checkouts/d1'))
    crash.abort(new Error('stopped'))
    await expect(slow).rejects.toThrow('stopped')
    // As a SIGKILL would have left it.
    git(path, 'worktree', 'add', '-q', '--detach', '--lock', join(home, 'checkouts/d1', left as string))
    write(join(home, 'checkouts/d1', left as string), { 'rest.txt': '' })
    const result = await run('verifier', inputFor({ path }, { argv: ['ls'] }), { idempotencyKey, attempt: 2 })
    expect(result.outputTail).toBe('a.txt\n')
    expect(readdirSync(join(home, 'checkouts/d1'))).toEqual([])
  })

  test('of a commit that is unknown is a failure of ours', () =>
    expect(
      adjutantIn().run('verifier', inputFor({ path: repositoryWith({}) }, { argv: ['true'] }, { commit: 'deadbeef' })),
    ).rejects.toMatchObject({ code: 'commit.unknown' }))

  test('without a repository is a copy of the scratch folder', async () => {
    const { run, home } = adjutantIn()
    const path = sandbox()
    write(path, { 'made.txt': 'x' })
    const result = await run('verifier', inputFor(null, { shell: 'cat made.txt; touch new' }, { path }))
    expect(result).toMatchObject({ status: 'passed', outputTail: 'x' })
    expect(readdirSync(path)).toEqual(['made.txt'])
    expect(readdirSync(join(home, 'checkouts'))).toEqual([])
  })

  test('finds the programs of a virtual environment that setup made', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ '.gitignore': '.venv\n' })
    const setup = [
      ['sh', '-c', 'mkdir -p .venv/bin; printf "#!/bin/sh\\necho own" > .venv/bin/tool; chmod +x .venv/bin/tool'],
    ]
    expect(await run('verifier', inputFor({ path, setup }, { argv: ['tool'] }))).toMatchObject({ outputTail: 'own\n' })
  })
})

describe('the detector', () => {
  const detect = async (files: Record<string, string>, verifiers: 'auto' | VerifierSpec[] = 'auto') =>
    adjutantIn().run('detector', {
      directiveId: 'd1',
      step: 'build',
      subject: {
        repository: { path: repositoryWith(files), baseRef: 'HEAD', setup: [], copy: [] },
        commit: null,
        path: null,
      },
      verifiers: verifiers === 'auto' ? 'auto' : verifiers.map(({ why: _, ...verifier }) => verifier),
    })

  test('looks at the commit, not at a checkout', async () => {
    const found = await detect({ 'package.json': '{"scripts":{"test":"node --test"}}', 'sub/Cargo.toml': '' })
    expect(found.verifiers).toEqual([
      expect.objectContaining({
        name: 'npm-test',
        argv: ['npm', 'run', 'test'],
        why: 'package.json has a script "test" (node --test); no lock file, so npm',
      }),
    ])
    expect(found.tamperPaths).toContain('package.json')
  })

  test('gives configured verifiers back as they are', async () => {
    const found = await detect({ 'check.mjs': '', 'package.json': '{"scripts":{"test":"x"}}' }, [
      spec({ argv: ['node', 'check.mjs'] }),
    ])
    expect(found.verifiers).toEqual([spec({ argv: ['node', 'check.mjs'], why: 'configured' })])
    expect(found.tamperPaths).toContain('check.mjs')
  })

  test('finds nothing without a repository', async () => {
    const input = {
      directiveId: 'd1',
      step: null,
      subject: { repository: null, commit: null, path: null },
      verifiers: 'auto' as const,
    }
    expect(await adjutantIn().run('detector', input)).toMatchObject({ verifiers: [], tamperPaths: [] })
  })
})

test('a log of setup is kept with the contract', async () => {
  const { run, home } = adjutantIn()
  const repository = { path: repositoryWith({}), baseRef: 'HEAD', setup: [['echo', 'installed']], copy: [] }
  await run('workspace', {
    directiveId: 'd1',
    contractId: 'c1',
    step: 'build',
    generation: 1,
    attempt: 1,
    freshBase: false,
    repository,
  })
  expect(readFileSync(join(home, 'contracts/d1/c1/setup.log'), 'utf8')).toBe('installed\n')
})
