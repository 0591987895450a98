import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Git, openGit, openRepository } from '../../../actors/git/index.ts'
import { protocolOf } from '../../../actors/git/url.ts'
import { git, repositoryWith } from '../repositories.ts'
import { sandbox } from '../sandbox.ts'

const ours = openGit(process.env)

describe('our git', () => {
  test('runs no hook of the repository', async () => {
    const folder = repositoryWith({ 'a.txt': 'a' })
    const canary = join(sandbox(), 'hook-ran')
    for (const hook of ['post-checkout', 'pre-commit', 'reference-transaction', 'post-index-change']) {
      const file = join(folder, '.git/hooks', hook)
      writeFileSync(file, `#!/bin/sh\ntouch ${canary}\n`)
      chmodSync(file, 0o755)
    }
    await ours(['worktree', 'add', '--quiet', '--detach', join(sandbox(), 'tree')], { cwd: folder })
    writeFileSync(join(folder, 'b.txt'), 'b')
    await ours(['add', '--all'], { cwd: folder })
    await ours(['commit', '--quiet', '-m', 'ours'], { cwd: folder })
    expect(existsSync(canary)).toBe(false)
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'theirs')
    expect(existsSync(canary), 'the hooks do work').toBe(true)
  })

  test('runs no file system monitor of the repository', async () => {
    const folder = repositoryWith({ 'a.txt': 'a' })
    const canary = join(sandbox(), 'monitor-ran')
    git(folder, 'config', 'core.fsmonitor', `touch ${canary}; false`)
    await ours(['status'], { cwd: folder })
    expect(existsSync(canary)).toBe(false)
  })

  test('commits as Adjutant, whatever the person is called', async () => {
    const folder = repositoryWith({ 'a.txt': 'a' })
    git(folder, 'config', 'user.name', 'Somebody')
    await ours(['commit', '--quiet', '--allow-empty', '-m', 'x'], { cwd: folder })
    expect(git(folder, 'log', '-1', '--format=%an <%ae> %cn <%ce>')).toBe(
      'Adjutant <adjutant@localhost> Adjutant <adjutant@localhost>',
    )
  })

  test('works in a repository that belongs to somebody else', async (context) => {
    if (process.getuid?.() !== 0) return context.skip()
    const folder = repositoryWith({ 'a.txt': 'a' })
    const { execFileSync } = await import('node:child_process')
    execFileSync('chown', ['-R', '12345:12345', folder])
    expect((await ours(['rev-parse', '--show-toplevel'], { cwd: folder })).trim()).toBe(folder)
  })

  test('says what git said', async () => {
    await expect(ours(['rev-parse', '--verify', 'nothing'], { cwd: repositoryWith({}) })).rejects.toMatchObject({
      name: 'GitFailure',
      exitCode: 128,
      message: expect.stringContaining('Needed a single revision'),
    })
  })

  test('waits for a lock that is held', async () => {
    const folder = repositoryWith({ 'a.txt': 'a' })
    const lock = join(folder, '.git/index.lock')
    writeFileSync(lock, '')
    const adding = ours(['add', '--all'], { cwd: folder })
    setTimeout(() => git(folder, 'rev-parse', 'HEAD') && import('node:fs').then((fs) => fs.rmSync(lock)), 300)
    await adding
  })

  test('removes the lock that a killed git left on a branch or worktree of ours', async () => {
    const folder = repositoryWith({ 'a.txt': 'a' })
    const heads = join(folder, '.git/refs/heads/adjutant/d')
    mkdirSync(heads, { recursive: true })
    const lock = join(heads, 'result.lock')
    writeFileSync(lock, '')
    utimesSync(lock, new Date(0), new Date(0))
    await ours(['update-ref', 'refs/heads/adjutant/d/result', 'HEAD'], { cwd: folder })
    expect(git(folder, 'rev-parse', 'adjutant/d/result')).toBe(git(folder, 'rev-parse', 'main'))
  })
})

describe('a URL', () => {
  test.each([
    ['https://example.org/a.git', 'https'],
    ['ssh://git@example.org/a.git', 'ssh'],
    ['git@example.org:a/b.git', 'ssh'],
    ['file:///srv/a.git', 'file'],
    ['/srv/a.git', 'file'],
  ])('%s is taken', (url, protocol) => expect(protocolOf(url)).toBe(protocol))

  test.each([
    '--upload-pack=touch x',
    'ext::sh -c touch% x',
    'http://example.org/a.git',
    'git://example.org/a.git',
    'ssh://-oProxyCommand=x/a',
    'git@-oProxyCommand=x:a',
    'file://host/a',
    'https://example.org/a\nb',
    'relative/path',
    '',
  ])('%s is refused', (url) => expect(() => protocolOf(url)).toThrow(/is no https, ssh or file URL/))
})

describe('git itself', () => {
  const named = (script: string) => {
    const folder = sandbox()
    writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
    return openGit({ PATH: folder })
  }
  const asked = (git: Git) => openRepository(git, sandbox(), { path: sandbox(), baseRef: 'HEAD', setup: [], copy: [] })

  test('that is too old is refused before any work is done', () =>
    expect(asked(named('echo git version 2.34.1'))).rejects.toMatchObject({
      code: 'git.too_old',
      message: 'git version 2.34.1 is too old: at least 2.38 is needed',
    }))

  test('that is missing is told from a repository that is', () =>
    expect(asked(openGit({ PATH: sandbox() }))).rejects.toMatchObject({ code: 'git.missing' }))

  test.each(['git version 2.38.0', 'git version 3.0.1', 'git version 2.50.1 (Apple Git-155)'])('%s will do', (words) =>
    expect(asked(named(`echo "${words}"`))).rejects.not.toMatchObject({ code: 'git.too_old' }),
  )
})
