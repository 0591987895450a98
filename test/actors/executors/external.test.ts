import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { handOut } from '../../../actors/deliveries/handing-out.ts'
import { storeUpload } from '../../../actors/deliveries/upload.ts'
import { openGit } from '../../../actors/git/index.ts'
import type { ContractorInput, DeliveryRef, Executor, WorkspaceOutput } from '../../../machines/index.ts'
import { adjutantIn, belongings, git, repositoryWith, write } from '../repositories.ts'
import { sandbox } from '../sandbox.ts'

const external: Executor = { kind: 'external', labels: [], leaseSeconds: 60 }

const inputFor = (
  { path, branch, baseCommit }: Omit<WorkspaceOutput, 'at' | 'setup'>,
  handover: ContractorInput['handover'],
  executor: Executor = external,
): ContractorInput => ({
  directiveId: 'd1',
  contract: {
    id: 'd1.build-g1',
    name: 'Fix it - build',
    type: 'implement',
    step: 'build',
    stepType: 'implement',
    generation: 1,
    attempt: 1,
    phases: ['plan', 'execute', 'verify'],
    phase: 'plan',
    goal: 'It works',
    plan: 'Build it',
    instructions: null,
    executor,
    requirements: [],
    acceptanceCriteria: [],
  },
  workspace: { path, branch, baseCommit },
  session: null,
  timeoutMs: 20_000,
  idleMs: null,
  budgetUsd: null,
  concluded: null,
  handover,
})

const ofBytes = async function* (bytes: Buffer) {
  yield bytes
}

/** A workspace here, and a clone of what a worker would be given, elsewhere. */
async function atWork() {
  const adjutant = adjutantIn()
  const path = repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' })
  const workspace = await adjutant.run('workspace', {
    directiveId: 'd1',
    contractId: 'd1.build-g1',
    step: 'build',
    generation: 1,
    attempt: 1,
    freshBase: false,
    repository: { path, baseRef: 'HEAD', setup: [['touch', 'made-by-setup']], copy: [] },
  })
  const away = sandbox()
  const bundle = join(away, 'workspace.bundle')
  const chunks: Buffer[] = []
  for await (const chunk of (await handOut(openGit(process.env), { home: adjutant.home, owner: 'test' }, workspace))!)
    chunks.push(chunk)
  writeFileSync(bundle, Buffer.concat(chunks))
  const clone = join(away, 'clone')
  execFileSync('git', ['clone', '--quiet', '--branch', workspace.branch!, bundle, clone])
  git(clone, 'config', 'user.name', 'Worker')
  git(clone, 'config', 'user.email', 'worker@localhost')
  const keep = async (kind: DeliveryRef['kind'], bytes: Buffer): Promise<DeliveryRef> => ({
    ...(await storeUpload({ home: adjutant.home, owner: 'test' }, ofBytes(bytes), 1e9))!,
    kind,
  })
  return {
    ...adjutant,
    path,
    workspace,
    clone,
    keep,
    commit(files: Record<string, string>) {
      write(clone, files)
      git(clone, 'add', '--all')
      git(clone, 'commit', '--quiet', '-m', 'by a worker')
      return git(clone, 'rev-parse', 'HEAD')
    },
    /** What the clone has on top of the workspace's base, or what `args` name. */
    bundle(...args: string[]) {
      const file = join(away, 'delivery.bundle')
      const range = args.length > 0 ? args : [workspace.branch!, `^${workspace.baseCommit}`]
      execFileSync('git', ['bundle', 'create', '--quiet', file, ...range], { cwd: clone })
      return keep('bundle', readFileSync(file))
    },
    deliver: (delivery: DeliveryRef | null, by: string | null = 'worker:w1') =>
      adjutant.run('contractor', inputFor(workspace, { delivery, summary: 'Did it', by })),
  }
}

test("a worker's commits become the contract's, with evidence from git and its own words", async () => {
  const { commit, bundle, deliver, path, workspace } = await atWork()
  const before = belongings(path)
  const commits = [commit({ 'new.txt': 'n\n' }), commit({ 'a.txt': 'changed\n' })]
  const output = await deliver(await bundle())
  if (output.outcome !== 'delivered') throw new Error(output.reason)
  expect(output.evidence).toMatchObject({
    modifiedFiles: ['a.txt', 'new.txt'],
    diffStat: { files: 2, insertions: 2, deletions: 1 },
    summary: 'Did it',
    by: 'worker:w1',
  })
  const made = output.evidence.commit!
  expect(git(path, 'rev-parse', workspace.branch!)).toBe(made)
  expect(git(path, 'rev-parse', `${made}^`)).toBe(commits[1])
  expect(git(path, 'log', '-1', '--format=%(trailers:key=Adjutant-Contract,valueonly)', made)).toBe('d1.build-g1')
  expect(readFileSync(join(workspace.path, 'new.txt'), 'utf8')).toBe('n\n')
  // What setup made stays, and is no part of the work.
  expect(readFileSync(join(workspace.path, 'made-by-setup'), 'utf8')).toBe('')
  expect(git(path, 'for-each-ref', 'refs/adjutant/incoming')).toBe('')
  expect(belongings(path)).toEqual(before)
})

test('a delivery that is taken over again after a crash is the same delivery', async () => {
  const { commit, bundle, deliver } = await atWork()
  commit({ 'new.txt': 'n\n' })
  const delivery = await bundle()
  const [first, second] = [await deliver(delivery), await deliver(delivery)]
  expect(second).toMatchObject({ outcome: 'delivered', evidence: { summary: 'Did it', by: 'worker:w1' } })
  expect((second as any).evidence.commit).toBe((first as any).evidence.commit)
})

test('a patch is applied to the workspace, whatever an attempt that died left there', async () => {
  const { clone, keep, deliver, workspace } = await atWork()
  write(clone, { 'a.txt': 'changed\n', 'new.txt': 'n\n' })
  git(clone, 'rm', '--quiet', 'b.txt')
  git(clone, 'add', '--all')
  const patch = execFileSync('git', ['diff', '--cached', '--binary'], { cwd: clone })
  write(workspace.path, { 'a.txt': 'half\n', 'new.txt': 'half\n' })
  const output = await deliver(await keep('patch', patch))
  expect(output).toMatchObject({ evidence: { modifiedFiles: ['a.txt', 'b.txt', 'new.txt'] } })
  expect(readFileSync(join(workspace.path, 'a.txt'), 'utf8')).toBe('changed\n')
})

test('nothing changed is a delivery, too; nobody named is nobody', async () => {
  const { deliver } = await atWork()
  const output = await deliver(null, null)
  expect(output).toMatchObject({ outcome: 'delivered', evidence: { modifiedFiles: [], summary: 'Did it' } })
  expect((output as any).evidence).not.toHaveProperty('by')
})

test('a broken delivery is a failed attempt with words, and leaves nothing behind', async () => {
  const { clone, commit, bundle, deliver, keep, path, workspace } = await atWork()
  const refs = () => git(path, 'for-each-ref')
  const before = refs()
  const refused = async (delivery: DeliveryRef) => {
    const output = await deliver(delivery)
    expect(refs()).toBe(before)
    if (output.outcome !== 'failed') throw new Error('was delivered')
    return [output.code, output.reason]
  }
  expect(await refused(await keep('bundle', Buffer.from('no bundle')))).toEqual([
    'delivery.broken',
    expect.stringContaining('this is no git bundle'),
  ])
  const tip = commit({ 'new.txt': 'n\n' })
  await bundle()
  const whole = readFileSync(join(clone, '..', 'delivery.bundle'))
  expect((await refused(await keep('bundle', whole.subarray(0, whole.length - 40))))[0]).toBe('delivery.broken')
  git(clone, 'checkout', '--quiet', '--orphan', 'elsewhere')
  git(clone, 'commit', '--quiet', '-m', 'of another origin')
  expect(await refused(await bundle('elsewhere'))).toEqual([
    'delivery.off_base',
    `the delivery is not on top of ${workspace.baseCommit}`,
  ])
  expect((await refused(await bundle('elsewhere', workspace.branch!)))[0]).toBe('delivery.ambiguous')
  git(clone, 'checkout', '--quiet', workspace.branch!)
  commit({ 'more.txt': 'm\n' })
  // Lacks the commit in between, which is not here either.
  expect(await refused(await bundle(workspace.branch!, `^${tip}`))).toEqual([
    'delivery.broken',
    expect.stringContaining(tip),
  ])
  expect((await refused(await keep('patch', Buffer.from('--- a/none\n+++ b/none\n@@ -1 +1 @@\n-x\n+y\n'))))[0]).toBe(
    'delivery.not_applicable',
  )
})

test('a patch cannot reach out of the workspace', async () => {
  const { deliver, keep, workspace } = await atWork()
  const outside = sandbox()
  const line = (path: string) =>
    `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`
  const link = `diff --git a/out b/out\nnew file mode 120000\n--- /dev/null\n+++ b/out\n@@ -0,0 +1 @@\n+${outside}\n\\ No newline at end of file\n`
  for (const patch of [line('../escaped'), line('.git/hooks/post-commit'), link + line('out/escaped')]) {
    const output = await deliver(await keep('patch', Buffer.from(patch)))
    expect(output).toMatchObject({ outcome: 'failed', code: 'delivery.not_applicable' })
  }
  symlinkSync(outside, join(workspace.path, 'lying'))
  const through = await deliver(await keep('patch', Buffer.from(line('lying/file'))))
  expect(through).toMatchObject({ outcome: 'delivered', evidence: { modifiedFiles: ['lying/file'] } })
  expect(() => readFileSync(join(outside, 'file'))).toThrow()
})

test('without a repository there is nothing to take a delivery; words alone are taken', async () => {
  const { run, keep } = await atWork()
  const folder = join(sandbox(), 'scratch')
  mkdirSync(folder)
  const workspace = { path: folder, branch: null, baseCommit: null }
  const delivery = await keep('patch', Buffer.from(''))
  const given = (handover: ContractorInput['handover']) => run('contractor', inputFor(workspace, handover))
  expect(await given({ delivery, summary: '', by: 'worker:w1' })).toMatchObject({ code: 'delivery.no_repository' })
  const words = await given({ delivery: null, summary: 'asked around', by: 'worker:w1' })
  expect(words).toMatchObject({ outcome: 'delivered', evidence: { commit: null, summary: 'asked around' } })
})

test('a delivery that is no longer stored fails with a code; so does closing what nobody delivered', async () => {
  const { deliver, run, workspace } = await atWork()
  const gone: DeliveryRef = { sha256: 'a'.repeat(64), bytes: 9, kind: 'patch' }
  await expect(deliver(gone)).rejects.toMatchObject({ code: 'content.missing' })
  for (const executor of [external, { kind: 'human' } as const])
    await expect(run('contractor', inputFor(workspace, null, executor))).rejects.toMatchObject({
      code: 'contract.undelivered',
    })
})

test("a person's work is what lies in the workspace", async () => {
  const { run, workspace, path } = await atWork()
  write(workspace.path, { 'by-hand.txt': 'x\n' })
  const handover = { delivery: null, summary: 'By hand', by: 'anna' }
  const output = await run('contractor', inputFor(workspace, handover, { kind: 'human' }))
  if (output.outcome !== 'delivered') throw new Error(output.reason)
  expect(output.evidence).toMatchObject({ modifiedFiles: ['by-hand.txt'], summary: 'By hand', by: 'anna' })
  expect(git(path, 'show', `${output.evidence.commit}:by-hand.txt`)).toBe('x')
})

test('an upload beyond the limit is not kept', async () => {
  const { home } = await atWork()
  expect(await storeUpload({ home, owner: 'test' }, ofBytes(Buffer.alloc(11)), 10)).toBeNull()
  expect(await storeUpload({ home, owner: 'test' }, ofBytes(Buffer.from('')), 10)).toMatchObject({ bytes: 0 })
})
