import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { contentFile, putContent } from '../../../actors/content.ts'
import { type KnownDirective, type Leftover, type Survey, surveyHome } from '../../../actors/index.ts'
import { registerOwner } from '../../../actors/process/index.ts'
import type { Repository } from '../../../machines/index.ts'
import { adjutantIn, belongings, commit, git, repositoryWith, write } from '../repositories.ts'
import { sandbox } from '../sandbox.ts'

vi.setConfig({ testTimeout: 30_000 })

const day = 24 * 60 * 60_000
const now = Date.now()

const ended = (id: string, more: Partial<KnownDirective> = {}): KnownDirective => ({
  ...{ id, endedAt: now - 10 * day, keepMs: 30 * day, discard: false },
  ...more,
})

type Given = Partial<Omit<Survey, 'directives'>> & { repository?: Repository | null; mentioned?: string[] }

async function survey(home: string, directives: KnownDirective[], given: Given = {}): Promise<Leftover[]> {
  const { repository = null, mentioned = [], ...more } = given
  const found = surveyHome({
    ...{ home, env: process.env, now, directives, discardUnknown: [], busy: new Set<string>() },
    repositoryOf: () => Promise.resolve(repository),
    mentionedBy: () => Promise.resolve(new Set(mentioned)),
    ...more,
  })
  return Array.fromAsync(found)
}

const told = (found: Leftover[]) => found.map(({ kind, reason, remove }) => [kind, reason, remove !== null])

/** A home with one directive, `d1`, and a worktree of each step. */
async function homeWith(...steps: string[]) {
  const { run, home } = adjutantIn()
  const repository: Repository = {
    path: repositoryWith({ 'a.txt': 'a', '.gitignore': 'out/' }),
    baseRef: 'HEAD',
    setup: [],
    copy: [],
  }
  const worktrees: string[] = []
  for (const step of steps) {
    const ids = { directiveId: 'd1', contractId: `d1.${step}-g1`, step, generation: 1, attempt: 1 }
    worktrees.push((await run('workspace', { ...ids, freshBase: false, repository })).path)
  }
  return { home, repository, worktrees }
}

const touchLong = (path: string) => utimesSync(path, (now - 2 * day) / 1000, (now - 2 * day) / 1000)

test('worktrees whose work is in the result can go; looking changes nothing', async () => {
  const { home, repository, worktrees } = await homeWith('idle', 'merged')
  const [idle, merged] = worktrees as [string, string]
  write(idle, { 'out/built.txt': 'ignored files are no work' })
  const tip = commit(merged, { 'b.txt': 'b' })
  git(repository.path as string, 'update-ref', 'refs/heads/adjutant/d1/result', tip)
  const before = belongings(repository.path as string)
  const found = await survey(home, [ended('d1')], { repository })
  expect(told(found)).toEqual([
    ['worktree', 'its work is in the result', true],
    ['worktree', 'its work is in the result', true],
  ])
  expect(found[0]!.bytes).toBeGreaterThan(20)
  expect([existsSync(idle), existsSync(merged)]).toEqual([true, true])

  for (const { remove } of found) await remove!()
  expect(readdirSync(join(home, 'worktrees'))).toEqual([])
  expect(git(repository.path as string, 'worktree', 'list').split('\n')).toHaveLength(1)
  expect(git(repository.path as string, 'rev-parse', 'adjutant/d1/steps/merged-g1')).toBe(tip)
  expect(belongings(repository.path as string)).toEqual(before)
})

test('what nobody has merged stays, whatever kind of work it is, until it is discarded; its branch stays even then', async () => {
  const steps = ['committed', 'changed', 'untracked', 'embedded', 'pointer']
  const { home, repository, worktrees } = await homeWith(...steps)
  const [committed, changed, untracked, embedded, pointer] = worktrees as [string, string, string, string, string]
  const tip = commit(committed, { 'b.txt': 'b' })
  write(changed, { 'a.txt': 'changed' })
  write(untracked, { 'new.txt': 'new' })
  mkdirSync(join(embedded, 'inner/deep'), { recursive: true })
  git(join(embedded, 'inner/deep'), 'init', '-q')
  commit(join(embedded, 'inner/deep'), { 'c.txt': 'c' })
  rmSync(join(pointer, '.git'))
  git(pointer, 'init', '-q')
  const found = await survey(home, [ended('d1')], { repository })
  expect(Object.fromEntries(found.map(({ path, reason, remove }) => [path, [reason, remove]]))).toEqual({
    [committed]: ['1 commits that are not in adjutant/d1/result', null],
    [changed]: ['uncommitted changes (1 paths)', null],
    [untracked]: ['uncommitted changes (1 paths)', null],
    [embedded]: ['inner/deep/ in it is a repository of its own', null],
    [pointer]: ['its .git is not as it was made', null],
  })

  for (const { remove } of await survey(home, [ended('d1', { discard: true })], { repository })) await remove!()
  expect(readdirSync(join(home, 'worktrees'))).toEqual([])
  expect(git(repository.path as string, 'rev-parse', 'adjutant/d1/steps/committed-g1')).toBe(tip)
  expect(git(repository.path as string, 'worktree', 'list').split('\n')).toHaveLength(1)
})

test('where the repository is gone, nobody can tell what is merged', async () => {
  const { home, repository } = await homeWith('build')
  rmSync(repository.path as string, { recursive: true })
  const [worktree] = await survey(home, [ended('d1')], { repository })
  expect(worktree).toMatchObject({ remove: null, reason: expect.stringMatching(/^nobody can tell what is merged: /) })
  const [discarded] = await survey(home, [ended('d1', { discard: true })], { repository })
  await discarded!.remove!()
  expect(readdirSync(join(home, 'worktrees'))).toEqual([])
})

test('of a directive that goes on, or has work under way, nothing is listed', async () => {
  const { home, repository } = await homeWith('build')
  mkdirSync(join(home, 'contracts/d1/d1.build-g1/attempt-1'), { recursive: true })
  expect(await survey(home, [ended('d1', { endedAt: null })], { repository })).toEqual([])
  expect(await survey(home, [ended('d1')], { repository, busy: new Set(['d1']) })).toEqual([])

  const id = `gc-${process.pid}`
  const child = spawn('sleep', ['4750'], { env: { ADJUTANT_CONTRACT: `${id}.build-g1` }, stdio: 'ignore' })
  try {
    await once(child, 'spawn')
    mkdirSync(join(home, 'scratch', id, 'build-g1'), { recursive: true })
    const left = await survey(home, [ended('d1'), ended(id)], { repository })
    expect(left.map(({ directiveId }) => directiveId)).toEqual(['d1'])
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

test('without a repository what was made lies nowhere else, and stays', async () => {
  const home = sandbox()
  write(join(home, 'scratch/d1/build-g1'), { 'result.txt': 'x' })
  expect(told(await survey(home, [ended('d1')]))).toEqual([
    ['result', 'is in no repository: what was made is here only', false],
  ])
  const [result] = await survey(home, [ended('d1', { discard: true })])
  await result!.remove!()
  expect(existsSync(join(home, 'scratch/d1'))).toBe(false)
})

test('logs, outboxes and calls go when their time is over', async () => {
  const home = sandbox()
  write(home, { 'contracts/d1/d1.a-g1/attempt-1/output.log': 'log', 'calls/d1/0.json': '{}' })
  expect(await survey(home, [ended('d1')])).toEqual([])
  const found = await survey(home, [ended('d1', { keepMs: 9 * day })])
  expect(told(found)).toEqual([
    ['records', 'ended 10 days ago', true],
    ['records', 'ended 10 days ago', true],
  ])
  for (const { remove } of found) await remove!()
  expect(existsSync(join(home, 'contracts/d1')) || existsSync(join(home, 'calls/d1'))).toBe(false)
})

test('contents go that nothing kept speaks of, with what comes before in their conversation, and that are not new', async () => {
  const home = sandbox()
  const first = await putContent(home, { parent: null, messages: [] })
  const second = await putContent(home, { parent: first, messages: ['more'] })
  const gone = await putContent(home, 'nobody speaks of me')
  const fresh = await putContent(home, 'nobody speaks of me yet')
  for (const { sha256 } of [first, second, gone]) touchLong(contentFile(home, sha256))
  const asked: string[][] = []
  const mentionedBy = (ids: readonly string[]) => {
    asked.push([...ids])
    return Promise.resolve(new Set([second.sha256]))
  }
  const directives = [ended('kept'), ended('over', { keepMs: day }), ended('runs', { endedAt: null })]
  const [contents, ...others] = await survey(home, directives, { mentionedBy })
  expect(others).toEqual([])
  expect(asked).toEqual([['kept', 'runs']])
  expect(contents).toMatchObject({ kind: 'contents', reason: '1 of 4: nothing that is kept refers to them' })
  await contents!.remove!()
  const there = [first, second, gone, fresh].map(({ sha256 }) => existsSync(contentFile(home, sha256)))
  expect(there).toEqual([true, true, false, true])
})

test('a content that is put again in the meantime stays', async () => {
  const home = sandbox()
  const { sha256 } = await putContent(home, 'again')
  touchLong(contentFile(home, sha256))
  const [contents] = await survey(home, [])
  await putContent(home, 'again')
  await contents!.remove!()
  expect(existsSync(contentFile(home, sha256))).toBe(true)
})

test('what another database may know stays, and with it all contents, unless it is named', async () => {
  const home = sandbox()
  write(home, { 'contracts/other/other.a-g1/attempt-1/output.log': 'log' })
  const { sha256 } = await putContent(home, 'of another one, perhaps')
  touchLong(contentFile(home, sha256))
  const found = await survey(home, [ended('d1')])
  expect(told(found)).toEqual([
    ['unknown', 'of a directive that this database does not know: it may be in another one', false],
  ])
  const named = await survey(home, [ended('d1')], { discardUnknown: ['other'] })
  expect(named.map(({ kind }) => kind)).toEqual(['unknown', 'contents'])
  for (const { remove } of named) await remove!()
  expect(existsSync(join(home, 'contracts/other'))).toBe(false)
})

test('temporary files of the dead go, those of the living stay, and transfers that never ended go after a day', async () => {
  const home = sandbox()
  const living = registerOwner(home)
  write(home, {
    [`tmp/${living}/a`]: 'a',
    'tmp/dead/a': 'a',
    'processes/dead.json': '{}',
    'content/incoming/old.part': 'a',
    'content/incoming/new.part': 'a',
  })
  touchLong(join(home, 'content/incoming/old.part'))
  const found = await survey(home, [])
  expect(told(found)).toEqual([
    ['temporary', 'its process is dead', true],
    ['temporary', 'left in incoming more than a day ago', true],
  ])
  for (const { remove } of found) await remove!()
  expect(readdirSync(join(home, 'tmp'))).toEqual([living])
  expect(readdirSync(join(home, 'processes'))).toEqual([`${living}.json`])
  expect(readdirSync(join(home, 'content/incoming'))).toEqual(['new.part'])
})

test('a home that is not there holds nothing', async () => {
  expect(await survey(join(sandbox(), 'nowhere'), [])).toEqual([])
})
