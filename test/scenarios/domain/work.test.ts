import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DirectiveFile, machines } from '../../../machines/index.ts'
import { createRuntime } from '../../../runtime/index.ts'
import { createActivities } from '../../../actors/index.ts'
import { belongings } from '../../actors/repositories.ts'
import { createTestDatabase } from '../../support/database.ts'
import { git } from '../../support/thinking.ts'
import { chainOf, failing, isThere, passing, shell, useStage, waitFor } from './stage.ts'

const stage = useStage()

const write = (name: string, text = name) => shell(`echo ${text} > ${name}`)

test('each contract has a worktree and branch of its own, from the tip; what passes is merged, and nothing of the person is touched', async () => {
  const path = stage.repository({ 'a.txt': 'a\n' })
  stage.write(path, { 'a.txt': 'edited, not committed\n', 'mine.txt': 'mine\n' })
  const before = belongings(path)
  const where = stage.path('where')
  const chain = chainOf(
    { name: 'one', contract: shell(`pwd > ${where}; git branch --show-current >> ${where}; cp a.txt b.txt`) },
    { name: 'two', dependsOn: ['one'], contract: shell('cat b.txt > c.txt') },
  )
  const play = await stage.play({ chain, repository: { path } })
  await play.start()
  await play.until({ matches: 'completed' })
  const branch = (step: string) => `adjutant/${play.id}/steps/${step}-g1`
  expect(readFileSync(where, 'utf8')).toBe(`${join(stage.home(), 'worktrees', play.id, 'one-g1')}\n${branch('one')}\n`)
  const result = `adjutant/${play.id}/result`
  expect(git(path, 'ls-tree', '--name-only', result).split('\n')).toEqual(['a.txt', 'b.txt', 'c.txt'])
  // The edit was not committed: it is the person's.
  expect(git(path, 'show', `${result}:c.txt`)).toBe('a')
  const authors = git(path, 'log', '--format=%an <%ae>|%cn <%ce>', `main..${result}`).split('\n')
  expect([...new Set(authors)]).toEqual(['Adjutant <adjutant@localhost>|Adjutant <adjutant@localhost>'])
  const { workspace, result: passed } = (await play.look('two-g1')).context
  expect(workspace.baseCommit).toBe((await play.look('one-g1')).context.result.mergeCommit)
  expect(git(path, 'rev-parse', result)).toBe(passed.mergeCommit)
  expect(git(path, 'log', '-1', '--format=%B', passed.mergeCommit)).toContain(`Adjutant-Contract: ${play.id}.two-g1`)
  expect(belongings(path)).toEqual(before)
  expect(isThere(join(stage.home(), 'worktrees', play.id))).toBe(false)
  expect(git(path, 'rev-parse', branch('one'))).toBe((await play.look('one-g1')).context.evidence.commit)
})

test('a red step is handed back in the same workspace with what failed, and may pass then', async () => {
  const path = stage.repository()
  const line = `pwd >> ${stage.path('handed')}; cp "$ADJUTANT_CONTRACT_FILE" ${stage.path('contract')}-$ADJUTANT_ATTEMPT; echo x >> b.txt`
  const verifier = {
    name: 'four-lines',
    shell: 'lines=$(git ls-files | xargs cat | wc -l); echo $lines; test $lines -eq 4',
    rerun: false,
  }
  const chain = chainOf({ name: 'one', contract: shell(line), verifiers: [verifier] })
  const play = await stage.play({ chain, repository: { path } })
  await play.start()
  await play.until({ matches: 'completed' })
  const folders = readFileSync(stage.path('handed'), 'utf8').trim().split('\n')
  expect([folders.length, new Set(folders).size]).toEqual([3, 1])
  const told = JSON.parse(readFileSync(`${stage.path('contract')}-3`, 'utf8'))
  expect(told).toMatchObject({ attempt: 3, phase: 'plan', id: `${play.id}.one-g1` })
  expect(told.instructions).toMatch(
    /^This is the same failure as last time[^]*"four-lines" failed \(exit code 1\)[^]*3$/,
  )
  expect((await play.look('one-g1')).context).toMatchObject({ reworkCount: 2, evaluation: { level: 'green' } })
})

test('a conflict of two steps is rework on the tip, and counts', async () => {
  const path = stage.repository({ 'shared.txt': 'first\n' })
  const both = ['left', 'right'].map((name) => ({
    name,
    contract: shell(
      `touch ${stage.path(`at-${name}`)}; ${waitFor(stage.path('at-left'))}; ${waitFor(stage.path('at-right'))}; echo ${name} >> shared.txt`,
    ),
  }))
  const play = await stage.play({ chain: chainOf(...both), repository: { path } })
  await play.start()
  await play.until({ matches: 'completed' })
  const { steps } = await play.context()
  expect(
    Object.values(steps)
      .map(({ reworkCount }) => reworkCount)
      .sort(),
  ).toEqual([0, 1])
  const lines = git(path, 'show', `adjutant/${play.id}/result:shared.txt`).split('\n')
  expect(lines.toSorted()).toEqual(['first', 'left', 'right'])
  expect((await play.told('step.rework'))[0]!.data.instructions).toContain('shared.txt')
})

test('where the tip has moved the merged tree is verified before it becomes the tip; red is rework', async () => {
  const path = stage.repository()
  const unlessBoth = { name: 'not-both', shell: 'test "$(ls | grep -c txt)" -lt 3', rerun: false }
  const both = ['left', 'right'].map((name) => ({
    name,
    // Alone each is fine; on the tip that holds the other's work it gives way.
    contract: shell(
      `touch ${stage.path(`on-${name}`)}; ${waitFor(stage.path('on-left'))}; ${waitFor(stage.path('on-right'))}; [ -e left.txt ] || [ -e right.txt ] || echo x > ${name}.txt; echo ${name} > ${name}-was-here`,
    ),
    verifiers: [unlessBoth],
  }))
  const play = await stage.play({ chain: chainOf(...both), repository: { path } })
  await play.start()
  await play.until({ matches: 'completed' })
  const files = git(path, 'ls-tree', '--name-only', `adjutant/${play.id}/result`).split('\n')
  expect(files.filter((file) => /^(left|right).txt$/.test(file))).toHaveLength(1)
  expect(files.filter((file) => file.endsWith('-was-here'))).toHaveLength(2)
  const [rework] = await play.told('step.rework')
  expect(rework!.data.instructions).toMatch(/^Alone your work passed[^]*"not-both"/)
  expect(await play.told('step.rework')).toHaveLength(1)
})

test('a result branch that somebody else keeps moving is given up after three tries; left alone, a retry merges', async () => {
  const path = stage.repository()
  // Each time the merged tree is verified, somebody commits to the branch it is to become.
  const moving = {
    name: 'moving',
    rerun: false,
    shell: [
      `cd ${path}; [ -e ${stage.path('left-alone')} ] && exit 0; echo x >> ${stage.path('moves')}`,
      "branch=$(git for-each-ref --format='%(refname)' 'refs/heads/adjutant/*/result')",
      'identity="-c user.name=S -c user.email=s@localhost"',
      'git update-ref "$branch" "$(git $identity commit-tree "$branch^{tree}" -p "$branch" -m somebody)"',
    ].join('; '),
  }
  const chain = chainOf({ name: 'one', contract: write('b.txt'), verifiers: [moving] })
  const play = await stage.play({ chain, repository: { path } })
  await play.start()
  const { context } = await play.untilStep('one', 'blocked')
  expect(context.blocked).toEqual({
    code: 'merge.failed',
    reason: 'merge.moved: the result branch keeps moving under the merge',
  })
  // On the delivered commit, and for each try on the merged tree.
  expect(readFileSync(stage.path('moves'), 'utf8')).toBe('x\n'.repeat(4))
  expect(await play.told('step.rework')).toEqual([])
  stage.open('left-alone')
  await play.send({ type: 'step.retry' }, 'one-g1')
  await play.until({ matches: 'completed' })
  const result = `adjutant/${play.id}/result`
  expect(git(path, 'show', `${result}:b.txt`)).toBe('b.txt')
  expect(git(path, 'log', '--format=%s', '--grep=^somebody$', result).split('\n')).toHaveLength(4)
})

describe('what is not merged', () => {
  test('is kept when the directive is stopped', async () => {
    const path = stage.repository()
    const play = await stage.play({
      chain: chainOf({ name: 'one', contract: write('precious.txt'), verifiers: [failing] }),
      limits: { maxReworkCycles: 0 },
      repository: { path },
    })
    await play.start()
    await play.untilStep('one', 'blocked')
    await play.send({ type: 'directive.stop', reason: 'enough' })
    await play.until('done')
    expect(readFileSync(join(stage.home(), 'worktrees', play.id, 'one-g1/precious.txt'), 'utf8')).toBe('precious.txt\n')
    expect(git(path, 'show', `adjutant/${play.id}/steps/one-g1:precious.txt`)).toBe('precious.txt')
    expect(git(path, 'rev-parse', `adjutant/${play.id}/result`)).toBe(git(path, 'rev-parse', 'main'))
  })

  test('is accepted by a person with a reason, and then it is merged', async () => {
    const path = stage.repository()
    const play = await stage.play({
      chain: chainOf({ name: 'one', contract: write('b.txt'), verifiers: [failing] }),
      limits: { maxReworkCycles: 0 },
      repository: { path },
    })
    await play.start()
    await play.untilStep('one', 'blocked')
    await play.send({ type: 'step.approve', reason: 'good enough' }, 'one-g1')
    await play.untilStep('one', 'passed')
    expect(git(path, 'show', `adjutant/${play.id}/result:b.txt`)).toBe('b.txt')
  })
})

describe('a repository', () => {
  test('given by its URL is cloned under the home, and the result grows there', async () => {
    const path = stage.repository()
    const play = await stage.play({
      chain: chainOf({ name: 'one', contract: write('b.txt') }),
      repository: { url: `file://${path}`, baseRef: 'main' },
    })
    await play.start()
    await play.until({ matches: 'completed' })
    expect(git(path, 'for-each-ref', '--format=%(refname:short)')).toBe('main')
    const clones = join(stage.home(), 'repositories')
    expect(isThere(clones)).toBe(true)
  })

  test('that is none blocks the step at once and says so: nobody is handed back what they could not begin', async () => {
    const folder = stage.path('no-repository')
    stage.write(folder, { 'a.txt': 'a' })
    const play = await stage.play({
      chain: chainOf({ name: 'one', contract: write('b.txt') }),
      repository: { path: folder },
    })
    await play.start()
    await play.untilStep('one', 'blocked')
    const { context } = await play.look('one-g1')
    expect(context).toMatchObject({ reworkCount: 0, evaluation: null, blocked: { code: 'repository.not_git' } })
    expect(context.blocked.reason).toContain(folder)
    expect(await play.told('step.rework')).toEqual([])
    await play.until({ matches: { active: { work: 'stuck' } } })
    const [fact] = (await play.look('approval-1')).context.request.facts.blocked
    expect(fact.summary).toContain('repository.not_git')
    git(folder, 'init', '--quiet', '--initial-branch=main')
    git(folder, 'add', '--all')
    git(folder, 'commit', '--quiet', '--message=first')
    await play.approve({ choice: 'retry' })
    await play.until({ matches: 'completed' })
  })

  test('that is found missing after a while has cost that while', async () => {
    const folder = stage.path('gone')
    const play = await stage.play({ chain: chainOf({ name: 'one' }), repository: { path: folder } })
    await play.start()
    await play.until({ matches: { active: { work: 'stuck' } } })
    const { startedAt, totals } = await play.context()
    const [blocked] = await play.told('step.blocked')
    expect((await play.look('one-g1')).context.now).toBeGreaterThan(startedAt!)
    expect(totals.wallTimeMs).toBeGreaterThan(0)
    expect(totals.wallTimeMs).toBeLessThanOrEqual(blocked!.at.getTime() - startedAt!)
  })
})

test('a merge whose process died before it could say so is found again, and not made twice', async () => {
  const database = await createTestDatabase()
  const path = stage.repository()
  const activities = createActivities({ home: stage.home(), env: { PATH: process.env.PATH } as never, graceMs: 500 })
  const died = Promise.withResolvers<void>()
  let published = 0
  // The second result of the merger is the publishing: there this process ends, the branch moved, nobody told.
  const onPoint = (point: string, detail: Record<string, unknown>) => {
    if (point !== 'activity.ran' || !String(detail['src']).endsWith('"merger"]') || ++published < 2) return undefined
    died.resolve()
    return new Promise<void>(() => {})
  }
  const options = { database: database.url, machines, activities, name: 'dies', leaseMs: 1000 }
  const first = await createRuntime({ ...options, onPoint })
  await first.start()
  const chain = chainOf({ name: 'one', contract: write('b.txt'), verifiers: [passing] })
  const file = DirectiveFile.parse({ title: 'Try', goal: 'it works', repository: { path }, chain })
  await first.spawn('directive', { id: 'merged-once', input: { id: 'merged-once', file, createdAt: Date.now() } })
  await first.send('merged-once', { type: 'directive.start', at: Date.now() })
  await died.promise
  await first.close({ abandon: true })
  const second = await createRuntime(options)
  await second.start()
  await second.waitFor('merged-once', { matches: 'completed' }, { timeout: 60_000 })
  await second.close()
  await database.drop()
  const merges = git(
    path,
    'log',
    '--merges',
    '--grep=Adjutant-Contract: merged-once.one-g1',
    '--format=%H',
    'adjutant/merged-once/result',
  )
  expect(merges.split('\n')).toHaveLength(1)
})
