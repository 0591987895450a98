import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { WorkspaceInput } from '../../../machines/index.ts'
import { adjutantIn, belongings, commit, git, repositoryWith, write } from '../repositories.ts'
import { eventually, sandbox } from '../sandbox.ts'

const inputFor = (
  repository: Partial<WorkspaceInput['repository']> | null,
  more: Partial<WorkspaceInput> = {},
): WorkspaceInput => ({
  directiveId: 'd1',
  contractId: 'd1.build-g1',
  step: 'build',
  generation: 1,
  attempt: 1,
  freshBase: false,
  repository: repository && { baseRef: 'HEAD', setup: [], copy: [], ...repository },
  ...more,
})

describe('a workspace in a repository', () => {
  test('is a worktree on a branch of its own, at the tip of the result', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const made = await run('workspace', inputFor({ path }))
    const head = git(path, 'rev-parse', 'main')
    expect(made).toMatchObject({ branch: 'adjutant/d1/steps/build-g1', baseCommit: head, setup: null })
    expect(made.path.startsWith(home)).toBe(true)
    expect(readFileSync(join(made.path, 'a.txt'), 'utf8')).toBe('a')
    expect(git(path, 'rev-parse', 'adjutant/d1/result')).toBe(head)
    expect(git(made.path, 'symbolic-ref', 'HEAD')).toBe('refs/heads/adjutant/d1/steps/build-g1')

    const tip = git(path, 'commit-tree', '-p', head, '-m', 'merged', `${head}^{tree}`)
    git(path, 'update-ref', 'refs/heads/adjutant/d1/result', tip)
    const next = await run('workspace', inputFor({ path }, { step: 'test', contractId: 'd1.test-g1' }))
    expect(next.baseCommit).toBe(tip)
  })

  test('is found again, with the work in it, and keeps its base while the result grows', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const first = await run('workspace', inputFor({ path }))
    write(first.path, { 'work.txt': 'half done' })
    const head = first.baseCommit as string
    git(
      path,
      'update-ref',
      'refs/heads/adjutant/d1/result',
      git(path, 'commit-tree', '-p', head, '-m', 'm', `${head}^{tree}`),
    )
    expect(await run('workspace', inputFor({ path }, { attempt: 2 }))).toMatchObject({
      path: first.path,
      baseCommit: head,
    })
    expect(readFileSync(join(first.path, 'work.txt'), 'utf8')).toBe('half done')
  })

  test('starts from the named branch, tag or commit', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const first = git(path, 'rev-parse', 'HEAD')
    git(path, 'tag', '-a', 'v1', '-m', 'v1')
    const second = commit(path, { 'a.txt': 'b' })
    for (const [directiveId, baseRef, expected] of [
      ['d1', 'v1', first],
      ['d2', 'main', second],
      ['d3', first.slice(0, 10), first],
    ] as const)
      expect((await run('workspace', inputFor({ path, baseRef }, { directiveId }))).baseCommit).toBe(expected)
  })

  test('leaves a dirty checkout, its branch, index, settings and hooks as they were', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a', 'b.txt': 'b', '.gitignore': '*.log\n' })
    write(path, { 'a.txt': 'changed', 'new.txt': 'new', 'x.log': 'ignored', 'staged.txt': 's' })
    git(path, 'add', 'staged.txt')
    const canary = join(sandbox(), 'hook-ran')
    writeFileSync(join(path, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch ${canary}\n`)
    chmodSync(join(path, '.git/hooks/post-checkout'), 0o755)
    const before = belongings(path)
    const made = await run(
      'workspace',
      inputFor({ path, setup: [['sh', '-c', 'git commit -q --allow-empty -m x; git checkout -q -b adjutant/y']] }),
    )
    expect(made.setup).toEqual({ ok: true, outputTail: '' })
    expect(belongings(path)).toEqual(before)
    expect(readFileSync(join(made.path, 'a.txt'), 'utf8')).toBe('a')
    expect(existsSync(canary)).toBe(false)
  })

  test('of several steps of several directives can be made at once', async () => {
    const { run } = adjutantIn()
    const other = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        (i % 2 ? run : other.run)(
          'workspace',
          inputFor({ path }, { directiveId: `d${i % 4}`, step: `s${i}`, contractId: `c${i}` }),
        ),
      ),
    )
    expect(new Set(made.map((one) => one.path)).size).toBe(12)
    for (const one of made) expect(git(one.path, 'status', '--porcelain')).toBe('')
  })

  test('may lie in a bare repository', async () => {
    const { run } = adjutantIn()
    const bare = join(sandbox(), 'bare.git')
    git('/', 'clone', '-q', '--bare', repositoryWith({ 'a.txt': 'a' }), bare)
    const made = await run('workspace', inputFor({ path: bare, baseRef: 'main', copy: ['*.env'] }))
    expect(readdirSync(made.path).sort()).toEqual(['.git', 'a.txt'])
  })

  test('of a URL lies in a clone of ours, fetched when the directive begins', async () => {
    const { run, home } = adjutantIn()
    const origin = repositoryWith({ 'a.txt': 'a' })
    const url = `file://${origin}`
    const first = await run('workspace', inputFor({ url, baseRef: 'main' }))
    expect(first.baseCommit).toBe(git(origin, 'rev-parse', 'main'))
    const later = commit(origin, { 'a.txt': 'b' })
    const next = await run('workspace', inputFor({ url }, { directiveId: 'd2' }))
    expect(next.baseCommit).toBe(later)
    expect((await run('workspace', inputFor({ url }, { step: 'more', contractId: 'm' }))).baseCommit).toBe(
      first.baseCommit,
    )
    expect(readdirSync(join(home, 'repositories'))).toHaveLength(1)
    expect(git(origin, 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })
})

describe('a repository that cannot serve', () => {
  const failing = (repository: Parameters<typeof inputFor>[0]) => adjutantIn().run('workspace', inputFor(repository))

  test('because it is not there', () =>
    expect(failing({ path: '/no/such/place' })).rejects.toMatchObject({
      name: 'ActivityFailure',
      code: 'repository.missing',
      retryable: false,
      message: '/no/such/place is no folder',
    }))

  test('because it is no repository', () =>
    expect(failing({ path: sandbox() })).rejects.toMatchObject({
      code: 'repository.not_git',
      retryable: false,
      message: expect.stringContaining('git init'),
    }))

  test('because it is only a folder of one', () => {
    const path = repositoryWith({ 'sub/a.txt': 'a' })
    return expect(failing({ path: join(path, 'sub') })).rejects.toMatchObject({
      code: 'repository.not_git',
      message: `${path}/sub is no repository of its own but a folder of ${path}`,
    })
  })

  test('because its base is unknown', () =>
    expect(failing({ path: repositoryWith({}), baseRef: '--help' })).rejects.toMatchObject({
      code: 'repository.base_unknown',
      message: expect.stringContaining('"--help"'),
    }))

  test('because it is empty', () => {
    const path = sandbox()
    git(path, 'init', '-q')
    return expect(failing({ path })).rejects.toMatchObject({
      code: 'repository.base_unknown',
      message: `${path} has no commit yet`,
    })
  })

  test('because its URL leads nowhere', () =>
    expect(failing({ url: 'file:///no/such/place.git' })).rejects.toMatchObject({ code: 'repository.missing' }))

  test('because its URL would run a program', async () => {
    const canary = join(sandbox(), 'ran')
    await expect(failing({ url: `ext::sh -c touch% ${canary}` })).rejects.toMatchObject({
      code: 'repository.url_unsupported',
    })
    await expect(failing({ url: `--upload-pack=touch ${canary}` })).rejects.toMatchObject({
      code: 'repository.url_unsupported',
    })
    expect(existsSync(canary)).toBe(false)
  })

  test('because a name would leave its folder', () =>
    expect(
      adjutantIn().run('workspace', inputFor({ path: repositoryWith({}) }, { directiveId: '../../x' })),
    ).rejects.toMatchObject({ code: 'name.unsafe' }))
})

describe('setup', () => {
  test('runs once, in order, in the workspace, with its own output folder and home', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const input = inputFor({
      path,
      setup: [
        ['sh', '-c', 'echo one >> log'],
        ['sh', '-c', 'echo two $HOME >> log; test -d $TMPDIR'],
      ],
    })
    const made = await run('workspace', input)
    await run('workspace', input)
    expect(readFileSync(join(made.path, 'log'), 'utf8')).toBe(`one\ntwo ${home}/child-home\n`)
    expect(readdirSync(join(home, 'tmp'), { recursive: true }), 'only the folder of this process').toHaveLength(1)
  })

  test('that fails is told with its output, and tried again the next time', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const input = inputFor({
      path,
      setup: [
        ['sh', '-c', 'echo no network; test -e ok'],
        ['touch', 'second'],
      ],
    })
    const made = await run('workspace', input)
    expect(made.setup).toEqual({
      ok: false,
      outputTail: expect.stringMatching(/^setup: sh -c '.*' ended with exit code 1\nno network\n$/),
    })
    expect(existsSync(join(made.path, 'second'))).toBe(false)
    write(made.path, { ok: '' })
    expect((await run('workspace', input)).setup).toEqual({ ok: true, outputTail: '' })
  })

  test('that is cut short by a crash is run again', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const script = 'echo x >> modules; if [ ! -e ../was-here ]; then touch ../was-here; sleep 600; fi'
    const input = inputFor({ path, setup: [['sh', '-c', script]] })
    const crash = new AbortController()
    const first = run('workspace', input, { signal: crash.signal })
    await Promise.race([first, eventually(() => expect(existsSync(join(home, 'worktrees/d1/was-here'))).toBe(true))])
    crash.abort(new Error('crashed'))
    await expect(first).rejects.toThrow('crashed')
    const made = await run('workspace', input)
    expect(made.setup).toEqual({ ok: true, outputTail: '' })
    expect(readFileSync(`${made.path}.exclude`, 'utf8')).toBe('/modules\n')
  })
})

describe('copying ignored files', () => {
  const withSecrets = () => {
    const path = repositoryWith({ '.gitignore': '.env*\nnested/\n', 'a.txt': 'a' })
    write(path, { '.env': 'KEY=1', '.env.local': 'KEY=2', 'nested/deep/.env': 'KEY=3' })
    return path
  }

  test('takes what the globs name and nothing else', async () => {
    const { run } = adjutantIn()
    const path = withSecrets()
    const made = await run('workspace', inputFor({ path, copy: ['.env', 'nested/**'] }))
    expect(made.setup).toEqual({ ok: true, outputTail: '' })
    expect(readFileSync(join(made.path, '.env'), 'utf8')).toBe('KEY=1')
    expect(readFileSync(join(made.path, 'nested/deep/.env'), 'utf8')).toBe('KEY=3')
    expect(existsSync(join(made.path, '.env.local'))).toBe(false)
  })

  test('does not follow a link out of the repository, nor a glob', async () => {
    const { run } = adjutantIn()
    const path = withSecrets()
    const outside = join(sandbox(), 'secret')
    writeFileSync(outside, 'secret')
    symlinkSync(outside, join(path, '.env.link'))
    const made = await run('workspace', inputFor({ path, copy: ['.env.link', '../secret'] }))
    expect(made.setup?.ok).toBe(false)
    expect(made.setup?.outputTail).toContain('.env.link: lies outside the repository')
    expect(made.setup?.outputTail).toContain('../secret: leads out of the repository')
    expect(existsSync(join(made.path, '.env.link'))).toBe(false)
  })

  test('does not write through a link that a commit put in the way', async () => {
    const { run } = adjutantIn()
    const path = withSecrets()
    const outside = sandbox()
    renameSync(join(path, 'nested'), join(path, 'kept'))
    symlinkSync(outside, join(path, 'nested'))
    git(path, 'add', '-f', 'nested')
    git(path, 'commit', '-q', '-m', 'a link')
    rmSync(join(path, 'nested'))
    renameSync(join(path, 'kept'), join(path, 'nested'))
    const made = await run('workspace', inputFor({ path, copy: ['nested/**'] }))
    expect(lstatSync(join(made.path, 'nested')).isSymbolicLink()).toBe(true)
    expect(made.setup?.outputTail).toContain('nested/deep/.env: would leave the workspace')
    expect(readdirSync(outside)).toEqual([])
  })
})

describe('after a crash', () => {
  test('a worktree half made is made anew', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const folder = join(home, 'worktrees/d1/build-g1')
    await run('workspace', inputFor({ path }))
    // As a SIGKILL within `git worktree add` leaves it: registered, its files incomplete, nothing known about it.
    rmSync(join(folder, 'a.txt'))
    rmSync(`${folder}.json`)
    expect((await run('workspace', inputFor({ path }))).path).toBe(folder)
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('a')
  })

  test('a registration without a folder, and a folder without a registration, do not stand in the way', async () => {
    const { run, home } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const folder = join(home, 'worktrees/d1/build-g1')
    await run('workspace', inputFor({ path }))
    rmSync(folder, { recursive: true })
    await run('workspace', inputFor({ path }))
    expect(git(folder, 'status', '--porcelain')).toBe('')

    const other = join(home, 'worktrees/d1/other-g1')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'rest'), '')
    await run('workspace', inputFor({ path }, { step: 'other', contractId: 'o' }))
    expect(existsSync(join(other, 'rest'))).toBe(false)
  })

  test('work committed on the branch is not lost with the folder', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a' })
    const first = await run('workspace', inputFor({ path }))
    commit(first.path, { 'work.txt': 'done' })
    rmSync(first.path, { recursive: true })
    const again = await run('workspace', inputFor({ path }))
    expect(readFileSync(join(again.path, 'work.txt'), 'utf8')).toBe('done')
    expect(again.baseCommit).toBe(first.baseCommit)
  })
})

describe('a fresh base after a conflict', () => {
  test('is the present tip; the old work is kept, and the base is given once per attempt', async () => {
    const { run } = adjutantIn()
    const path = repositoryWith({ 'a.txt': 'a', '.gitignore': 'cache\n' })
    const first = await run('workspace', inputFor({ path, setup: [['sh', '-c', 'echo x >> cache']] }))
    commit(first.path, { 'a.txt': 'mine' })
    write(first.path, { 'loose.txt': 'not committed' })
    git(first.path, 'checkout', '-q', '--detach')
    const head = first.baseCommit as string
    const tree = git(path, 'rev-parse', `${commit(repositoryClone(path), { 'a.txt': 'theirs' })}^{tree}`)
    const tip = git(path, 'commit-tree', '-p', head, '-m', 'merged', tree)
    git(path, 'update-ref', 'refs/heads/adjutant/d1/result', tip)

    const input = inputFor({ path, setup: [['sh', '-c', 'echo x >> cache']] }, { attempt: 2, freshBase: true })
    const fresh = await run('workspace', input)
    expect(fresh).toMatchObject({ path: first.path, branch: first.branch, baseCommit: tip })
    expect(readFileSync(join(fresh.path, 'a.txt'), 'utf8')).toBe('theirs')
    expect(existsSync(join(fresh.path, 'loose.txt'))).toBe(false)
    expect(git(fresh.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${first.branch}`)
    expect(readFileSync(join(fresh.path, 'cache'), 'utf8'), 'setup ran on the new base').toBe('x\nx\n')
    const kept = 'refs/adjutant/kept/d1/build-g1/before-attempt-2'
    expect(git(path, 'show', `${kept}:a.txt`)).toBe('mine')
    expect(git(path, 'show', `${kept}:loose.txt`)).toBe('not committed')

    commit(fresh.path, { 'a.txt': 'both' })
    await run('workspace', input)
    expect(readFileSync(join(fresh.path, 'a.txt'), 'utf8')).toBe('both')
  })
})

// A second checkout sharing the objects, to make commits in without touching the person's.
const repositoryClone = (path: string): string => {
  const folder = join(sandbox(), 'elsewhere')
  git(path, 'worktree', 'add', '-q', '--detach', folder)
  return folder
}

test('without a repository a workspace is a plain folder', async () => {
  const { run, home } = adjutantIn()
  const made = await run('workspace', inputFor(null))
  expect(made).toMatchObject({ path: join(home, 'scratch/d1/build-g1'), branch: null, baseCommit: null, setup: null })
  write(made.path, { 'note.txt': 'kept' })
  await run('workspace', inputFor(null))
  expect(readdirSync(made.path)).toEqual(['note.txt'])
})
