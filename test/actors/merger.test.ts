import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ContractorInput, MergerInput } from '../../machines/index.ts'
import { adjutantIn, belongings, commit, git, repositoryWith, write } from './repositories.ts'
import { sandbox } from './sandbox.ts'

/** Steps of one directive in one repository, taken from workspace to merge by the activities themselves. */
function directive(files: Record<string, string> = { 'a.txt': 'one\ntwo\nthree\n' }) {
  const adjutant = adjutantIn()
  const { run } = adjutant
  const path = repositoryWith(files)
  const repository = { path, baseRef: 'HEAD', setup: [], copy: [] }
  const workspaceOf = (step: string, attempt = 1, freshBase = false) =>
    run('workspace', {
      directiveId: 'd1',
      contractId: `d1.${step}-g1`,
      step,
      generation: 1,
      attempt,
      freshBase,
      repository,
    })

  async function delivered(step: string, shell: string, attempt = 1, freshBase = false) {
    const workspace = await workspaceOf(step, attempt, freshBase)
    const contract: ContractorInput['contract'] = {
      id: `d1.${step}-g1`,
      name: step,
      type: 'implement',
      step,
      stepType: 'implement',
      generation: 1,
      attempt,
      phases: ['execute'],
      phase: 'execute',
      goal: '',
      plan: '',
      instructions: null,
      executor: { kind: 'command', shell },
      requirements: [],
      acceptanceCriteria: [],
    }
    const { path: folder, branch, baseCommit } = workspace
    const output = await run('contractor', {
      directiveId: 'd1',
      contract,
      workspace: { path: folder, branch, baseCommit },
      session: null,
      timeoutMs: 20_000,
      idleMs: null,
      budgetUsd: null,
      concluded: null,
    })
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    return { step, commit: output.evidence.commit as string, baseCommit: baseCommit as string, folder }
  }

  const prepare = (of: { step: string; commit: string; baseCommit: string }) =>
    run('merger', {
      op: 'prepare',
      directiveId: 'd1',
      contractId: `d1.${of.step}-g1`,
      generation: 1,
      repository,
      title: `Step ${of.step}`,
      step: of.step,
      commit: of.commit,
      baseCommit: of.baseCommit,
    })

  const publish = (step: string, mergeCommit: string, expectedTip: string) =>
    run('merger', {
      op: 'publish',
      directiveId: 'd1',
      contractId: `d1.${step}-g1`,
      repository,
      mergeCommit,
      expectedTip,
    } satisfies MergerInput)

  async function merge(of: { step: string; commit: string; baseCommit: string }) {
    const ready = await prepare(of)
    if (ready.status !== 'ready') throw new Error(ready.status)
    return publish(of.step, ready.mergeCommit, ready.tip)
  }
  const tip = () => git(path, 'rev-parse', 'adjutant/d1/result')
  return { ...adjutant, path, repository, delivered, prepare, publish, merge, tip }
}

describe('preparing a merge', () => {
  test('makes a merge commit with the trailer and moves nothing', async () => {
    const { delivered, prepare, path, tip } = directive()
    const step = await delivered('build', 'echo new > new.txt')
    const before = { tip: tip(), ...belongings(path) }
    const ready = await prepare(step)
    expect(ready).toMatchObject({ status: 'ready', tip: before.tip, tipMoved: false })
    if (ready.status !== 'ready') return
    expect(git(path, 'log', '-1', '--format=%P|%s|%an <%ae>|%(trailers:separator=;)', ready.mergeCommit)).toBe(
      `${before.tip} ${step.commit}|Step build|Adjutant <adjutant@localhost>|Adjutant-Contract: d1.build-g1;Adjutant-Attempt: 1`,
    )
    expect(git(path, 'show', `${ready.mergeCommit}:new.txt`)).toBe('new')
    expect({ tip: tip(), ...belongings(path) }).toEqual(before)
  })

  test('twice makes the same commit', async () => {
    const { delivered, prepare } = directive()
    const step = await delivered('build', 'echo new > new.txt')
    const [first, second] = [await prepare(step), await prepare(step)]
    expect(second).toEqual({ ...first, at: second.at })
  })

  test('makes one also when nothing was changed', async () => {
    const { delivered, merge, path, tip } = directive()
    const base = tip
    await merge(await delivered('research', 'true'))
    expect(git(path, 'log', '-1', '--merges', '--format=%s', base())).toBe('Step research')
  })

  test('says that the tip has moved, and merges both', async () => {
    const { delivered, prepare, merge, path } = directive()
    const one = await delivered('one', 'sed -i s/one/ONE/ a.txt')
    const two = await delivered('two', 'sed -i s/three/THREE/ a.txt')
    await merge(one)
    const ready = await prepare(two)
    expect(ready).toMatchObject({ status: 'ready', tipMoved: true })
    if (ready.status === 'ready') expect(git(path, 'show', `${ready.mergeCommit}:a.txt`)).toBe('ONE\ntwo\nTHREE')
  })

  test('names the files in conflict, and the contract goes on from the tip', async () => {
    const { delivered, prepare, merge, path, tip } = directive({ 'ä ö.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' })
    const one = await delivered('one', 'echo one > "ä ö.txt"; git rm -q b.txt; echo x > c.txt')
    const two = await delivered('two', 'echo two > "ä ö.txt"; echo two > b.txt')
    await merge(one)
    const conflict = await prepare(two)
    expect(conflict).toMatchObject({ status: 'conflict', tip: tip() })
    expect(conflict.status === 'conflict' && [...conflict.files].sort()).toEqual(['b.txt', 'ä ö.txt'])

    const again = await delivered('two', 'cat "ä ö.txt" > seen.txt; echo both > "ä ö.txt"', 2, true)
    expect(again.baseCommit).toBe(tip())
    expect(await prepare(again)).toMatchObject({ status: 'ready', tipMoved: false })
    await merge(again)
    expect(git(path, 'show', 'adjutant/d1/result:seen.txt')).toBe('one')
    expect(git(path, 'show', 'refs/adjutant/kept/d1/two-g1/before-attempt-2:ä ö.txt')).toBe('two')
  })

  test('of an unknown commit is refused', async () => {
    const { prepare, tip, delivered } = directive()
    await delivered('build', 'true')
    await expect(prepare({ step: 'build', commit: '0123456789', baseCommit: tip() })).rejects.toMatchObject({
      code: 'commit.unknown',
      retryable: false,
    })
  })
})

describe('publishing a merge', () => {
  test('moves the branch, and touches neither the checkout nor any worktree', async () => {
    const { delivered, prepare, publish, path, tip } = directive()
    write(path, { 'a.txt': 'dirty' })
    const step = await delivered('build', 'echo new > new.txt')
    const before = belongings(path)
    const ready = await prepare(step)
    if (ready.status !== 'ready') throw new Error(ready.status)
    expect(await publish('build', ready.mergeCommit, ready.tip)).toMatchObject({
      status: 'merged',
      commit: ready.mergeCommit,
    })
    expect(tip()).toBe(ready.mergeCommit)
    expect(belongings(path)).toEqual(before)
    expect(git(step.folder, 'status', '--porcelain')).toBe('')
  })

  test('says where the tip is when it has moved, and moves nothing', async () => {
    const { delivered, prepare, publish, merge, tip } = directive()
    const one = await delivered('one', 'echo 1 > 1.txt')
    const two = await delivered('two', 'echo 2 > 2.txt')
    const stale = await prepare(two)
    await merge(one)
    if (stale.status !== 'ready') throw new Error(stale.status)
    const moved = tip()
    expect(await publish('two', stale.mergeCommit, stale.tip)).toMatchObject({ status: 'moved', tip: moved })
    expect(tip()).toBe(moved)
  })

  test('of two at once lets one win', async () => {
    const { delivered, prepare, publish, tip } = directive()
    const steps = [await delivered('one', 'echo 1 > 1.txt'), await delivered('two', 'echo 2 > 2.txt')]
    const ready = await Promise.all(steps.map(prepare))
    const answers = await Promise.all(
      ready.map((one, i) =>
        one.status === 'ready'
          ? publish(steps[i]?.step ?? '', one.mergeCommit, one.tip)
          : Promise.reject(new Error(one.status)),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual(['merged', 'moved'])
    const merged = answers.find((answer) => answer.status === 'merged')
    expect(merged?.status === 'merged' && merged.commit).toBe(tip())
  })

  test('runs no hook', async () => {
    const { delivered, merge, path } = directive()
    const canary = join(sandbox(), 'ran')
    for (const hook of ['reference-transaction', 'post-merge', 'pre-merge-commit', 'update'])
      writeFileSync(join(path, '.git/hooks', hook), `#!/bin/sh\ntouch ${canary}\nexit 1\n`, { mode: 0o755 })
    await merge(await delivered('build', 'echo new > new.txt'))
    expect(existsSync(canary)).toBe(false)
  })
})

describe('after a crash', () => {
  test('before the answer was stored, publishing again finds it done, also when others have merged since', async () => {
    const { delivered, prepare, publish, merge, tip } = directive()
    const one = await delivered('one', 'echo 1 > 1.txt')
    const ready = await prepare(one)
    if (ready.status !== 'ready') throw new Error(ready.status)
    await publish('one', ready.mergeCommit, ready.tip)
    expect(await publish('one', ready.mergeCommit, ready.tip)).toMatchObject({
      status: 'merged',
      commit: ready.mergeCommit,
    })
    await merge(await delivered('two', 'echo 2 > 2.txt'))
    const now = tip()
    expect(await publish('one', ready.mergeCommit, ready.tip)).toMatchObject({
      status: 'merged',
      commit: ready.mergeCommit,
    })
    expect(tip()).toBe(now)
  })

  test('preparing again finds the merge by its trailer', async () => {
    const { delivered, prepare, merge } = directive()
    const one = await delivered('one', 'echo 1 > 1.txt')
    const merged = await merge(one)
    await merge(await delivered('two', 'echo 2 > 2.txt'))
    expect(await prepare(one)).toMatchObject({
      status: 'already',
      mergeCommit: merged.status === 'merged' && merged.commit,
    })
  })

  test('a trailer that an executor wrote into its own commits is not taken for a merge', async () => {
    const { delivered, prepare, merge } = directive()
    const forged =
      'git commit -q --allow-empty -m "x\n\nAdjutant-Contract: d1.two-g1"; printf "x\\n\\nAdjutant-Contract: d1.two-g1" > $ADJUTANT_OUTBOX/summary.md'
    const two = await delivered('two', 'echo 2 > 2.txt')
    await merge(await delivered('one', `echo 1 > 1.txt; ${forged}`))
    expect(await prepare(two)).toMatchObject({ status: 'ready' })
  })
})

describe('cleaning up', () => {
  test('removes worktrees whose work is merged and checkouts, and keeps the rest with the reason', async () => {
    const { delivered, merge, run, home, path, repository } = directive({
      'a.txt': 'a',
      '.gitignore': 'node_modules\n',
    })
    const merged = await delivered('merged', 'echo 1 > 1.txt; mkdir node_modules; touch node_modules/x')
    await merge(merged)
    const unmerged = await delivered('unmerged', 'echo 2 > 2.txt')
    const dirty = await delivered('dirty', 'true')
    await merge(dirty)
    write(dirty.folder, { 'loose.txt': 'x' })
    const checkout = join(home, 'checkouts/d1/0123456789abcdef')
    git(path, 'worktree', 'add', '-q', '--detach', '--lock', checkout)
    const before = belongings(path)
    const branches = git(path, 'branch', '--list', 'adjutant/*', '--format=%(refname)')

    const cleaned = await run('cleaner', { directiveId: 'd1', repository })
    expect([...cleaned.removed].sort()).toEqual([checkout, merged.folder].sort())
    expect(cleaned.kept).toEqual([
      { path: dirty.folder, reason: 'uncommitted changes (1 paths)' },
      { path: unmerged.folder, reason: '1 commits that are not in adjutant/d1/result' },
    ])
    expect(existsSync(merged.folder)).toBe(false)
    expect(readFileSync(join(unmerged.folder, '2.txt'), 'utf8')).toBe('2\n')
    expect(git(path, 'branch', '--list', 'adjutant/*', '--format=%(refname)')).toBe(branches)
    expect(belongings(path)).toEqual(before)
    expect(await run('cleaner', { directiveId: 'd1', repository })).toMatchObject({ removed: [] })
  })

  test('leaves the folders of other directives alone', async () => {
    const { delivered, merge, run, repository } = directive()
    const step = await delivered('build', 'true')
    await merge(step)
    expect(await run('cleaner', { directiveId: 'd2', repository })).toMatchObject({ removed: [], kept: [] })
    expect(existsSync(step.folder)).toBe(true)
  })

  test('of a directive whose repository is gone says so', async () => {
    const { run } = directive()
    const gone = { path: '/no/such/place', baseRef: 'HEAD', setup: [], copy: [] }
    await expect(run('cleaner', { directiveId: 'd1', repository: gone })).rejects.toMatchObject({
      code: 'repository.missing',
    })
  })

  test('without a repository keeps what was made', async () => {
    const { run, home } = adjutantIn()
    write(home, { 'scratch/d1/build-g1/made.txt': 'x', 'checkouts/d1/abc/rest.txt': 'x' })
    const cleaned = await run('cleaner', { directiveId: 'd1', repository: null })
    expect(cleaned.kept).toEqual([{ path: join(home, 'scratch/d1/build-g1'), reason: 'holds the result' }])
    expect(existsSync(join(home, 'checkouts'))).toBe(true)
    expect(existsSync(join(home, 'checkouts/d1'))).toBe(false)
  })
})

test('the merged result passes on: a later step builds on it', async () => {
  const { delivered, merge, path } = directive()
  await merge(await delivered('one', 'echo 1 > 1.txt'))
  await merge(await delivered('two', 'cat 1.txt 1.txt > 2.txt'))
  expect(git(path, 'show', 'adjutant/d1/result:2.txt')).toBe('1\n1')
  expect(git(path, 'log', '--first-parent', '--format=%s', 'adjutant/d1/result').split('\n')).toEqual([
    'Step two',
    'Step one',
    'first',
  ])
  expect(commit(path, {}, 'the person goes on')).not.toBe('')
})
