import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, linkSync, lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { attemptFolder } from '../../../actors/folders.ts'
import { confiningPerl } from '../../../actors/process/index.ts'
import { git } from '../repositories.ts'
import { sandbox } from '../sandbox.ts'
import { benchWith, contract } from './bench.ts'

const canary = 'CANARY-4b1d-outside'

/** A workspace, and beside it a file that nobody in there may see or change. */
async function atRisk(options: Parameters<typeof benchWith>[1] = {}) {
  const bench = await benchWith({ 'src/a.ts': 'one\n' }, options)
  const outside = sandbox()
  const secret = join(outside, 'secret.txt')
  writeFileSync(secret, canary)
  const beside = join(bench.path, '../beside.txt')
  writeFileSync(beside, canary)
  const untouched = () => {
    expect(readFileSync(secret, 'utf8')).toBe(canary)
    expect(readFileSync(beside, 'utf8')).toBe(canary)
  }
  /** All tools that take a path, at this one: what each is told. */
  const tryAll = async (path: string) => {
    const { told } = await bench.turn([
      ['list', { path }],
      ['read', { path }],
      ['search', { pattern: 'CANARY', path }],
      ['write', { path, content: 'changed' }],
      ['write', { path: `${path}/below.txt`, content: 'changed' }],
      ['write', { path, content: null }],
      ['patch', { path, edits: [{ find: 'CANARY', replace: 'changed' }] }],
    ])
    return told
  }
  return { ...bench, outside, secret, beside, untouched, tryAll }
}

describe('a path', () => {
  test('that leads out by .. or from the root is refused by every tool', async () => {
    const { tryAll, untouched, path, beside, secret } = await atRisk()
    const ways = [
      '../beside.txt',
      'src/../../beside.txt',
      beside,
      secret,
      relative(path, secret),
      `${path}/../beside.txt`,
    ]
    for (const way of [...ways, '..', '/', '/etc/passwd', `${path}x`]) {
      const told = await tryAll(way)
      expect(told.filter((text) => !text.startsWith('error path.outside'))).toEqual([])
    }
    expect((await tryAll('a\0b')).filter((text) => !text.startsWith('error path.invalid'))).toEqual([])
    untouched()
  })

  test('that leads out by a symbolic link is refused, whether the link was committed or made by a program', async () => {
    const { ask, tryAll, untouched, path, secret, outside } = await atRisk()
    symlinkSync(secret, join(path, 'file-link'))
    symlinkSync(outside, join(path, 'folder-link'))
    symlinkSync('folder-link', join(path, 'link-to-link'))
    symlinkSync('../../beside.txt', join(path, 'src/up'))
    await ask('run', { argv: ['ln', '-s', '/', 'root-link'] })
    const ways = ['file-link', 'folder-link/secret.txt', 'link-to-link/secret.txt', 'src/up', `root-link${secret}`]
    for (const way of ways) {
      const told = await tryAll(way)
      expect(told.join('\n')).not.toContain(canary)
      expect(told.filter((text) => !/^(error |\[nothing found\])/.test(text))).toEqual([])
    }
    untouched()
    // The links themselves are seen, and nothing behind them.
    const listed = await ask('list', { depth: 6 })
    expect(listed).toContain('folder-link@')
    expect(listed).not.toContain('secret.txt')
    expect(await ask('search', { pattern: 'CANARY' })).toBe('[nothing found]')
  })

  test('that leads out by a link to nothing makes nothing there', async () => {
    const { ask, path, outside } = await atRisk()
    symlinkSync(join(outside, 'new.txt'), join(path, 'dangling'))
    symlinkSync(join(outside, 'new-folder'), join(path, 'dangling-folder'))
    expect(await ask('write', { path: 'dangling', content: 'x' })).toMatch(/^error path\.dangling/)
    expect(await ask('write', { path: 'dangling-folder/x', content: 'x' })).toMatch(/^error path\.dangling/)
    expect(existsSync(join(outside, 'new.txt'))).toBe(false)
    expect(existsSync(join(outside, 'new-folder'))).toBe(false)
  })

  test('through links that stay inside leads to where they point', async () => {
    const { ask, path } = await atRisk()
    symlinkSync('src', join(path, 'code'))
    expect(await ask('read', { path: 'code/a.ts' })).toBe('1\tone')
    await ask('write', { path: 'code/b.ts', content: 'two\n' })
    expect(readFileSync(join(path, 'src/b.ts'), 'utf8')).toBe('two\n')
    expect(lstatSync(join(path, 'code')).isSymbolicLink()).toBe(true)
  })

  test('into git is refused, however it is spelt', async () => {
    const { tryAll, ask, path } = await atRisk()
    const before = readFileSync(join(path, '.git'), 'utf8')
    symlinkSync('.git', join(path, 'innocent'))
    const names = [
      '.git',
      '.GIT',
      '.git/',
      './.git',
      'src/.git',
      'src/.git/hooks/post-commit',
      '.g\u200cit',
      'git~1',
      '.git.',
    ]
    for (const name of [...names, '.git ']) {
      const told = await tryAll(name)
      expect(told.filter((text) => !text.startsWith('error path.protected'))).toEqual([])
    }
    expect(await ask('read', { path: 'innocent' })).toMatch(/^error path\.protected/)
    expect(await ask('write', { path: 'innocent', content: 'gitdir: /tmp' })).toMatch(/^error path\.protected/)
    expect(readFileSync(join(path, '.git'), 'utf8')).toBe(before)
    expect(existsSync(join(path, 'src/.git'))).toBe(false)
  })
})

describe('a file', () => {
  test('that is a pipe, a device or a socket holds nobody up', async () => {
    const { ask, path } = await atRisk()
    execFileSync('mkfifo', [join(path, 'pipe')])
    expect(await ask('read', { path: 'pipe' })).toMatch(/^error file\.not_a_file/)
    expect(await ask('write', { path: 'pipe', content: 'x' })).toMatch(/^error file\.not_a_file/)
    expect(await ask('patch', { path: 'pipe', edits: [{ find: 'x', replace: 'y' }] })).toMatch(
      /^error file\.not_a_file/,
    )
  })

  test('that another place shares by a hard link is replaced, not written over', async () => {
    const { ask, path, untouched, home } = await atRisk()
    const shared = join(home, 'shared.txt')
    writeFileSync(shared, canary)
    linkSync(shared, join(path, 'linked.txt'))
    expect(await ask('patch', { path: 'linked.txt', edits: [{ find: 'CANARY', replace: 'changed' }] })).toMatch(
      /applied/,
    )
    expect(readFileSync(shared, 'utf8')).toBe(canary)
    untouched()
  })
})

// Somebody in the workspace (a program that the agent left running, say) exchanges a folder for a link all the time.
test('a folder that becomes a link between the look and the deed leads nobody out', async () => {
  const { turn, path, outside, untouched } = await atRisk()
  mkdirSync(join(outside, 'swap'))
  writeFileSync(join(outside, 'swap/secret.txt'), canary)
  const script = `const fs = require('fs'); const [folder, target] = process.argv.slice(1)
    process.send('ready')
    for (;;) {
      try { fs.mkdirSync(folder); fs.writeFileSync(folder + '/secret.txt', 'inside') } catch {}
      try { fs.renameSync(folder, folder + '.old'); fs.symlinkSync(target, folder) } catch {}
      try { fs.unlinkSync(folder) } catch {}
      try { fs.rmSync(folder + '.old', { recursive: true, force: true }) } catch {}
    }`
  const swapper = spawn(process.execPath, ['-e', script, join(path, 'swap'), join(outside, 'swap')], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const exited = once(swapper, 'exit')
  try {
    await once(swapper, 'message')
    for (let round = 0; round < 4; round++) {
      const { told } = await turn(
        Array.from({ length: 30 }, (_, i) =>
          i % 2 ? ['read', { path: 'swap/secret.txt' }] : ['write', { path: 'swap/new.txt', content: `${round} ${i}` }],
        ),
      )
      expect(told.join('\n')).not.toContain(canary)
    }
  } finally {
    // Still there: one that had given up would have left the race untried.
    expect(swapper.exitCode).toBe(null)
    swapper.kill('SIGKILL')
    await exited
  }
  expect(existsSync(join(outside, 'swap/new.txt'))).toBe(false)
  expect(readFileSync(join(outside, 'swap/secret.txt'), 'utf8')).toBe(canary)
  untouched()
})

describe('a program', () => {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    OPENAI_API_KEY: 'sk-canary-in-our-environment-0001',
    DATABASE_URL: 'postgres://adjutant:canary-password@localhost/db',
    FOR_THE_AGENT: 'given',
  }

  test('gets the variables that are named for it and none of ours', async () => {
    const { ask } = await atRisk({ env, pass: ['FOR_THE_AGENT'] })
    const told = await ask('run', { argv: ['env'] })
    expect(told).toContain('FOR_THE_AGENT=given')
    expect(told).not.toMatch(/canary|OPENAI|DATABASE_URL/)
  })

  test('that prints a secret of ours all the same does not get it into the conversation', async () => {
    const { ask, home } = await atRisk({ env })
    await ask('write', { path: 'x', content: 'x' })
    expect(await ask('run', { argv: ['printf', '%s', `key ${env.OPENAI_API_KEY} end`] })).toContain(
      'key [redacted] end',
    )
    const log = readFileSync(join(attemptFolder(home, 'd1', contract().id, 1), 'output.log'), 'utf8')
    expect(log).toContain('## result\nwritten, 1 bytes')
  })

  test.skipIf(confiningPerl(process.env) === null)('neither reads nor writes outside the workspace', async () => {
    const { ask, untouched, beside, secret, path, home } = await atRisk({ env: { ...env, HOME: sandbox() } })
    const sh = (line: string) => ask('run', { argv: ['sh', '-c', line] })
    for (const file of [beside, secret, join(home, 'models.yaml')]) {
      expect(await sh(`cat ${file}; echo changed > ${file}; rm -f ${file}; echo end`)).not.toContain(canary)
    }
    untouched()
    expect(await sh(`cat /proc/${process.pid}/environ /proc/$PPID/environ; echo end`)).toMatch(/Permission denied/)
    expect(await sh(`kill -0 ${process.pid} && echo killed`)).not.toContain('\nkilled')
    expect(await sh(`ln -s ${secret} there; cat there; ln ${secret} here; cat here; mv there ${beside}`)).not.toContain(
      canary,
    )
    // What it is there for still works.
    expect(await sh('echo 1 > src/new && mkdir d && mv src/new d/ && cat d/new && node -p "40+2"')).toMatch(/\n1\n42\n/)
    expect(await sh('git status --short && git log --format=%s')).toMatch(/\?\? d\/\n\?\? there\nfirst\n/)
    expect(await sh('echo x > "$TMPDIR/t" && cat "$TMPDIR/t" && echo y > "$HOME/h" && cat "$HOME/h"')).toMatch(
      /\nx\ny\n/,
    )
    untouched()
    expect(git(path, 'config', '--local', 'core.hooksPath', '/evil')).toBe('')
    expect(await sh('git config --local core.fsmonitor /evil')).toMatch(/exit code (?!0)\d+.*could not lock/s)
  })

  test('that puts another repository in the place of ours has changed nothing', async () => {
    const { ask, run, path, workspace, outside, conversation } = await atRisk()
    const before = readFileSync(join(path, '.git'), 'utf8')
    const evil = `rm -rf .git && git init -q . && git config filter.x.clean 'touch ${outside}/ran; cat' && echo '* filter=x' > .gitattributes`
    expect(await ask('run', { argv: ['sh', '-c', evil] })).toContain('[the file .git was changed; it was put back]')
    expect(readFileSync(join(path, '.git'), 'utf8')).toBe(before)
    // As if we had died before it was put back.
    rmSync(join(path, '.git'))
    execFileSync('sh', ['-c', evil.replace('rm -rf .git && ', '')], { cwd: path, stdio: 'ignore' })
    const output = await run('contractor', {
      directiveId: 'd1',
      contract: contract(),
      workspace,
      session: null,
      timeoutMs: 10_000,
      idleMs: null,
      budgetUsd: null,
      concluded: { summary: 'Done.', conversation },
    })
    expect(output).toMatchObject({ outcome: 'delivered', evidence: { modifiedFiles: ['.gitattributes'] } })
    expect(existsSync(join(outside, 'ran'))).toBe(false)
  })

  test('that makes a repository with programs in its settings gets its files delivered and nothing run', async () => {
    const { ask, run, path, workspace, outside, conversation } = await atRisk()
    const input = {
      directiveId: 'd1',
      workspace,
      session: null,
      timeoutMs: 10_000,
      idleMs: null,
      budgetUsd: null,
      concluded: { summary: 'Done.', conversation },
    }
    const make = `mkdir -p sub/inner && cd sub && git init -q . && git -C inner init -q . && echo a > a && echo b > inner/b &&
      git -C inner add b && git -C inner commit -q -m b && git add . && git commit -q -m a &&
      git config filter.x.clean 'touch ${outside}/ran; cat' && git config core.fsmonitor '${outside}/ran' && echo '* filter=x' > .gitattributes`
    expect(await ask('run', { argv: ['sh', '-c', make] })).toContain('exit code 0')
    const first = await run('contractor', { ...input, contract: contract() })
    const files = ['sub/.gitattributes', 'sub/a', 'sub/inner/b']
    expect(first).toMatchObject({ outcome: 'delivered', evidence: { modifiedFiles: files } })
    // Once more, in a rework: git would now look into what it had taken for a submodule.
    expect(await ask('run', { argv: ['sh', '-c', `${make}; touch a`] })).toContain('exit code 0')
    const second = await run('contractor', { ...input, contract: { ...contract(), attempt: 2 } })
    expect(second).toMatchObject({ outcome: 'delivered', evidence: { modifiedFiles: files } })
    expect(git(path, 'ls-tree', '-r', 'HEAD')).not.toContain('160000')
    expect(existsSync(join(outside, 'ran'))).toBe(false)
  })
})
