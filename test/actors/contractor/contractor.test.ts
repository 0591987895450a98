import { existsSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ContractorInput, Executor, WorkspaceOutput } from '../../../machines/index.ts'
import { adjutantIn, belongings, git, repositoryWith, write } from '../repositories.ts'
import { registerOwner } from '../../../actors/process/index.ts'
import { adjutantProcesses, eventually, sandbox } from '../sandbox.ts'

const fixture = (name: string) => join(import.meta.dirname, '../fixtures', name)

const inputFor = (
  { path, branch, baseCommit }: Omit<WorkspaceOutput, 'at' | 'setup'>,
  executor: Executor,
  contract: Partial<ContractorInput['contract']> = {},
  more: Partial<ContractorInput> = {},
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
    acceptanceCriteria: [{ id: 'AC1', text: 'works', requirementIds: [] }],
    ...contract,
  },
  workspace: { path, branch, baseCommit },
  session: null,
  timeoutMs: 20_000,
  idleMs: null,
  budgetUsd: null,
  concluded: null,
  ...more,
})

async function atWork(
  files: Record<string, string> = { 'a.txt': 'a\n' },
  setup: string[][] = [],
  options: { graceMs?: number } = {},
) {
  const adjutant = adjutantIn(sandbox(), options)
  const path = repositoryWith(files)
  const workspace = await adjutant.run('workspace', {
    directiveId: 'd1',
    contractId: 'd1.build-g1',
    step: 'build',
    generation: 1,
    attempt: 1,
    freshBase: false,
    repository: { path, baseRef: 'HEAD', setup, copy: [] },
  })
  return { ...adjutant, path, workspace }
}

const shell = (line: string): Executor => ({ kind: 'command', shell: line })

describe('a command', () => {
  test('delivers a commit with all it made, and evidence from git and the outbox', async () => {
    const { run, path, workspace, home, reports } = await atWork()
    const before = belongings(path)
    const executor: Executor = { kind: 'command', argv: ['node', fixture('worker.mjs')] }
    const output = await run('contractor', inputFor(workspace, executor, { attempt: 2, instructions: 'Do it better' }))
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    const { evidence } = output
    expect(evidence).toMatchObject({
      modifiedFiles: ['answer.txt'],
      diffStat: { files: 1, insertions: 2, deletions: 0 },
      summary: 'Answered.\n\nAdjutant-Contract: forged',
      artifacts: [{ name: 'reports/coverage.txt', bytes: 5 }],
      logs: { bytes: 10, tail: 'attempt 2\n' },
    })
    expect(readFileSync(evidence.artifacts[0]?.path ?? '', 'utf8')).toBe('100 %')
    expect(readFileSync(evidence.logs.path ?? '', 'utf8')).toBe('attempt 2\n')
    expect(evidence.logs.path?.startsWith(home)).toBe(true)
    const commit = evidence.commit as string
    expect(git(path, 'show', `${commit}:answer.txt`)).toBe('Build it\nDo it better')
    expect(git(path, 'log', '-1', '--format=%an %s|%(trailers:unfold,separator=;)', commit)).toBe(
      'Adjutant Fix it - build|Adjutant-Contract: d1.build-g1;Adjutant-Attempt: 2',
    )
    expect(git(path, 'rev-parse', 'adjutant/d1/steps/build-g1')).toBe(commit)
    expect(reports.filter((event) => event.type === 'contract.phase').map((event) => event['phase'])).toEqual([
      'execute',
      'verify',
    ])
    expect(reports).toContainEqual(expect.objectContaining({ type: 'contract.progress', message: 'attempt 2' }))
    expect(belongings(path)).toEqual(before)
  })

  test('is told its contract in a file outside the workspace', async () => {
    const { run, workspace } = await atWork()
    const output = await run(
      'contractor',
      inputFor(workspace, shell('cat "$ADJUTANT_CONTRACT_FILE"; echo; echo "$ADJUTANT_CONTRACT_FILE"')),
    )
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    const lines = output.evidence.logs.tail.trimEnd().split('\n')
    expect(lines.at(-1)?.startsWith(workspace.path)).toBe(false)
    expect(JSON.parse(lines.slice(0, -1).join('\n'))).toMatchObject({
      plan: 'Build it',
      attempt: 1,
      phase: 'plan',
      instructions: null,
      acceptanceCriteria: [{ id: 'AC1' }],
      outbox: expect.stringMatching(/outbox$/),
      workspace: { path: workspace.path },
    })
  })

  test('that changed nothing still delivers', async () => {
    const { run, workspace } = await atWork()
    const output = await run('contractor', inputFor(workspace, shell('true')))
    expect(output).toMatchObject({
      outcome: 'delivered',
      evidence: { modifiedFiles: [], diffStat: { files: 0 }, summary: '' },
    })
  })

  test('may commit, delete, rename, leave the branch or stop halfway through a merge: its files count', async () => {
    const { run, path, workspace } = await atWork({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'ü ☃.txt': 'c\n' })
    const script = [
      'git rm -q a.txt',
      'git commit -q -m own',
      'git mv b.txt renamed.txt',
      'git checkout -q --detach',
      'echo x > "ü ☃.txt"',
      'git config --get user.name || echo none > new.txt',
    ].join(' && ')
    const output = await run('contractor', inputFor(workspace, shell(script)))
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    expect(output.evidence.modifiedFiles).toEqual(['a.txt', 'b.txt', 'new.txt', 'renamed.txt', 'ü ☃.txt'])
    expect(git(workspace.path, 'status', '--porcelain', '--branch')).toBe('## adjutant/d1/steps/build-g1')
    expect(
      git(path, 'log', '--format=%s %an', `${workspace.baseCommit}..${output.evidence.commit}`).split('\n'),
    ).toEqual(['Fix it - build Adjutant', 'own Adjutant'])
  })

  test('that throws the history away is taken by its files', async () => {
    const { run, path, workspace } = await atWork()
    const output = await run(
      'contractor',
      inputFor(
        workspace,
        shell('git checkout -q --orphan other && echo b > b.txt && git add -A && git commit -q -m orphan'),
      ),
    )
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    expect(output.evidence.modifiedFiles).toEqual(['b.txt'])
    expect(git(path, 'rev-parse', `${output.evidence.commit}^`)).toBe(workspace.baseCommit)
  })

  test('does not deliver what setup left lying, not even by its own commit', async () => {
    const { run, workspace } = await atWork({ 'a.txt': 'a' }, [
      ['sh', '-c', 'mkdir "node [modules]"; echo x > "node [modules]/m"; echo y > n'],
    ])
    const output = await run(
      'contractor',
      inputFor(workspace, shell('echo mine > mine.txt; git add --all; git commit -q -m own; echo more > more.txt')),
    )
    expect(output).toMatchObject({ evidence: { modifiedFiles: ['mine.txt', 'more.txt'] } })
    expect(existsSync(join(workspace.path, 'node [modules]/m'))).toBe(true)
  })

  test('runs no hook of the person', async () => {
    const { run, path, workspace } = await atWork()
    const canary = join(sandbox(), 'ran')
    writeFileSync(join(path, '.git/hooks/pre-commit'), `#!/bin/sh\ntouch ${canary}\nexit 1\n`, { mode: 0o755 })
    const output = await run('contractor', inputFor(workspace, shell('echo b > b; git add b; git commit -q -m own')))
    expect(output.outcome).toBe('delivered')
    expect(existsSync(canary)).toBe(false)
  })

  test('gets nothing of our environment but what is allowed', async () => {
    process.env['DATABASE_URL'] = 'canary'
    const { run, workspace } = await atWork()
    const output = await run(
      'contractor',
      inputFor(workspace, { kind: 'command', argv: ['env'], env: { MODE: 'fast' } }),
    )
    delete process.env['DATABASE_URL']
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    const variables = readFileSync(output.evidence.logs.path ?? '', 'utf8')
    expect(variables).toContain('MODE=fast')
    expect(variables).not.toContain('canary')
    expect(variables).not.toMatch(/^npm_|^VITEST/m)
  })

  test('cannot make us read files through links in its outbox', async () => {
    const { run, workspace } = await atWork()
    const secret = join(sandbox(), 'secret')
    writeFileSync(secret, 'secret')
    const output = await run(
      'contractor',
      inputFor(workspace, shell(`ln -s ${secret} $ADJUTANT_OUTBOX/summary.md; ln -s ${secret} $ADJUTANT_OUTBOX/x`)),
    )
    expect(output).toMatchObject({ evidence: { summary: '', artifacts: [] } })
  })
})

describe('a command that does not deliver', () => {
  test.each([
    [
      'fails',
      shell('echo why; exit 3'),
      { code: 'executor.exited', exitCode: 3, outputTail: 'why\n', reason: 'echo why; exit 3 ended with exit code 3' },
    ],
    [
      'does not exist',
      { kind: 'command', argv: ['no-such-agent', 'x'] } as Executor,
      { code: 'executor.missing', exitCode: null, reason: 'no-such-agent is not installed, or not in PATH' },
    ],
    [
      'takes too long',
      shell('echo slow; sleep 600'),
      {
        code: 'executor.timed_out',
        exitCode: null,
        outputTail: 'slow\n',
        reason: expect.stringContaining('was ended after 0.7 s'),
      },
    ],
    [
      'ends itself by a signal',
      shell('kill -9 $$'),
      { code: 'executor.exited', exitCode: null, reason: expect.stringContaining('was ended by SIGKILL') },
    ],
  ])('because it %s is a failed outcome', async (_, executor, expected) => {
    const { run, workspace } = await atWork()
    const timeoutMs = expected.code === 'executor.timed_out' ? 700 : 20_000
    expect(await run('contractor', inputFor(workspace, executor, {}, { timeoutMs }))).toMatchObject({
      outcome: 'failed',
      costs: [],
      ...expected,
    })
  })

  test('because it is silent too long is a failed outcome, unless its outbox moves', async () => {
    const { run, workspace } = await atWork()
    const silent = await run('contractor', inputFor(workspace, shell('sleep 600'), {}, { idleMs: 400 }))
    expect(silent).toMatchObject({
      outcome: 'failed',
      code: 'executor.idle',
      reason: expect.stringContaining('silent for 0.4 s'),
    })
    const moving = 'for i in 1 2 3 4 5 6; do sleep 0.4; echo $i > $ADJUTANT_OUTBOX/$i; done'
    const patient = inputFor(workspace, shell(moving), {}, { idleMs: 1800 })
    expect((await run('contractor', patient)).outcome).toBe('delivered')
  })

  test('leaves its work in the workspace for the next attempt', async () => {
    const { run, workspace } = await atWork()
    await run('contractor', inputFor(workspace, shell('echo half > half.txt; exit 1')))
    const output = await run('contractor', inputFor(workspace, shell('cat half.txt'), { attempt: 2 }))
    expect(output).toMatchObject({
      outcome: 'delivered',
      evidence: { modifiedFiles: ['half.txt'], logs: { tail: 'half\n' } },
    })
  })

  test('because it was cancelled is no outcome, and nothing of it is left', async () => {
    const { run, workspace } = await atWork()
    const cancel = new AbortController()
    const up = join(workspace.path, 'up')
    const running = run(
      'contractor',
      inputFor(workspace, shell('setsid sleep 4720 & (sleep 4720 &) ; touch up; trap "" TERM; sleep 4720; sleep 4720')),
      { signal: cancel.signal },
    )
    await Promise.race([running, eventually(() => expect(existsSync(up)).toBe(true))])
    cancel.abort(new Error('directive stopped'))
    await expect(running).rejects.toThrow('directive stopped')
    expect(adjutantProcesses()).toEqual([])
  })

  test('because a heartbeat says that another attempt is the current one is ended too', async () => {
    const { run, workspace } = await atWork()
    const running = run('contractor', inputFor(workspace, shell('sleep 600')), {
      heartbeat: () => Promise.reject(new Error('superseded')),
    })
    await expect(running).rejects.toThrow('superseded')
  })

  test('because its workspace is gone is our failure, not its own', async () => {
    const { run, workspace } = await atWork()
    rmSync(workspace.path, { recursive: true })
    await expect(run('contractor', inputFor(workspace, shell('true')))).rejects.toMatchObject({
      code: 'workspace.missing',
    })
  })
})

describe('an attempt that was interrupted', () => {
  const slow =
    'echo $$ >> starts; echo begin >> log; trap "sleep 0.1; echo end >> log; exit 1" TERM; while :; do sleep 0.02; done'
  const begun = (folder: string) => eventually(() => expect(existsSync(join(folder, 'log'))).toBe(true))

  test('has the workspace to itself until it is gone', async () => {
    const { run, workspace } = await atWork({ 'a.txt': 'a\n' }, [], { graceMs: 10_000 })
    const interrupt = new AbortController()
    const first = run('contractor', inputFor(workspace, shell(slow)), { signal: interrupt.signal })
    await Promise.race([first, begun(workspace.path)])
    interrupt.abort(new Error('paused'))
    const second = run('contractor', inputFor(workspace, shell('echo next >> log')))
    await expect(first).rejects.toThrow('paused')
    expect((await second).outcome).toBe('delivered')
    expect(readFileSync(join(workspace.path, 'log'), 'utf8')).toBe('begin\nend\nnext\n')
  })

  test('in a process that has not heard of it is ended by its successor', async () => {
    const { workspace, run, home } = await atWork()
    const { spawn } = await import('node:child_process')
    const script = 'echo up > log; while :; do sleep 0.02; done'
    const env = {
      ...process.env,
      ADJUTANT_CONTRACT: 'd1.build-g1',
      ADJUTANT_RUN: 'another/1',
      ADJUTANT_OWNER: registerOwner(home),
    }
    const old = spawn('sh', ['-c', script], { cwd: workspace.path, env, detached: true, stdio: 'ignore' })
    const exited = new Promise((resolve) => old.once('exit', (_, signal) => resolve(signal)))
    await begun(workspace.path)
    expect((await run('contractor', inputFor(workspace, shell('true')))).outcome).toBe('delivered')
    expect(await exited).toBe('SIGKILL')
  })
})

describe('an attempt repeated after a crash', () => {
  test('finds what it had delivered and does not run twice', async () => {
    const { run, workspace } = await atWork()
    const input = inputFor(workspace, shell('echo run >> runs.txt; echo said'))
    const first = await run('contractor', input)
    const second = await run('contractor', input, { attempt: 2 })
    expect(second).toEqual({ ...first, at: second.at })
    expect(readFileSync(join(workspace.path, 'runs.txt'), 'utf8')).toBe('run\n')
    const rework = await run('contractor', inputFor(workspace, shell('echo again >> runs.txt'), { attempt: 2 }))
    expect(rework).toMatchObject({ evidence: { diffStat: { insertions: 2 } } })
  })

  test('goes on in the same workspace, after what was left running is gone', async () => {
    const { run, workspace, home } = await atWork()
    const context = { idempotencyKey: `${process.pid}-crash` }
    const { spawn } = await import('node:child_process')
    const orphan = spawn('sleep', ['4721'], {
      env: { ...process.env, ADJUTANT_RUN: `${context.idempotencyKey}/1`, ADJUTANT_OWNER: registerOwner(home) },
      detached: true,
      stdio: 'ignore',
    })
    const exited = new Promise((resolve) => orphan.once('exit', (_, signal) => resolve(signal)))
    write(workspace.path, { 'half.txt': 'half\n' })
    const output = await run('contractor', inputFor(workspace, shell('cat half.txt')), { ...context, attempt: 2 })
    expect(output).toMatchObject({ outcome: 'delivered', evidence: { modifiedFiles: ['half.txt'] } })
    expect(await exited).toBe('SIGKILL')
  })

  test('is not stopped by the lock of a git that was killed', async () => {
    const { run, workspace } = await atWork()
    const lock = join(git(workspace.path, 'rev-parse', '--absolute-git-dir'), 'index.lock')
    writeFileSync(lock, '')
    const { utimesSync } = await import('node:fs')
    utimesSync(lock, new Date(0), new Date(0))
    expect((await run('contractor', inputFor(workspace, shell('echo b > b')))).outcome).toBe('delivered')
    expect(existsSync(lock)).toBe(false)
  })
})

describe('without a repository', () => {
  const scratch = async () => {
    const adjutant = adjutantIn()
    const step = {
      directiveId: 'd1',
      contractId: 'd1.build-g1',
      step: 'build',
      generation: 1,
      attempt: 1,
      freshBase: false,
      repository: null,
    }
    return { ...adjutant, workspace: await adjutant.run('workspace', step) }
  }

  test('what lies in the folder is what was made', async () => {
    const { run, workspace } = await scratch()
    const output = await run(
      'contractor',
      inputFor(workspace, shell('mkdir d; echo x > d/x; echo y > y; ! git status 2>/dev/null')),
    )
    expect(output).toMatchObject({
      outcome: 'delivered',
      evidence: { commit: null, modifiedFiles: ['d/x', 'y'], diffStat: { files: 2 } },
    })
  })

  test('noop delivers at once and starts nothing', async () => {
    const { run, workspace, home, reports } = await scratch()
    const output = await run('contractor', inputFor(workspace, { kind: 'noop', summary: 'Nothing.' }))
    expect(output).toMatchObject({
      outcome: 'delivered',
      evidence: { commit: null, summary: 'Nothing.', logs: { path: null } },
    })
    expect(reports).toEqual([])
    expect(existsSync(join(home, 'child-home'))).toBe(false)
  })
})

test('noop in a repository delivers the base as it is', async () => {
  const { run, workspace } = await atWork()
  const output = await run('contractor', inputFor(workspace, { kind: 'noop' }))
  expect(output).toMatchObject({ outcome: 'delivered', evidence: { commit: workspace.baseCommit, modifiedFiles: [] } })
})

test('a binary or huge change is counted, and what exceeds the list is told', async () => {
  const { run, workspace } = await atWork()
  symlinkSync('nowhere', join(workspace.path, 'link'))
  const make = 'for (let i = 0; i < 2005; i++) require("fs").writeFileSync("f" + i, Buffer.from([0, i]))'
  const output = await run('contractor', inputFor(workspace, { kind: 'command', argv: ['node', '-e', make] }))
  if (output.outcome !== 'delivered') throw new Error(output.reason)
  expect(output.evidence).toMatchObject({ modifiedFilesOmitted: 6, diffStat: { files: 2006, insertions: 1 } })
  expect(output.evidence.modifiedFiles).toHaveLength(2000)
  expect(statSync(workspace.path).isDirectory()).toBe(true)
})

test('secrets of ours that a command prints are in no log, report or evidence, also in the halves of a chunk', async () => {
  const key = 'canary-4Tz9-of-ours'
  const env = { ...process.env, OPENAI_API_KEY: key }
  const adjutant = adjutantIn(undefined, { env, passed: ['OPENAI_API_KEY'] })
  const folder = join(adjutant.home, 'scratch/d1/build-g1')
  write(folder, { 'a.txt': 'a' })
  const line = `half=\${OPENAI_API_KEY%ours}; printf "key $half"; sleep 0.3; echo "ours end"; cp /dev/null "$ADJUTANT_OUTBOX/x"; echo "$OPENAI_API_KEY" > "$ADJUTANT_OUTBOX/summary.md"`
  const workspace = { path: folder, branch: null, baseCommit: null }
  const output = await adjutant.run('contractor', inputFor(workspace, shell(line)))
  if (output.outcome !== 'delivered') throw new Error(output.reason)
  expect(output.evidence).toMatchObject({ summary: '[redacted]', logs: { tail: 'key [redacted] end\n' } })
  expect(readFileSync(output.evidence.logs.path ?? '', 'utf8')).toBe('key [redacted] end\n')
  expect(JSON.stringify(adjutant.reports)).not.toContain('canary')
  const failed = await adjutant.run(
    'contractor',
    inputFor(workspace, shell('echo $OPENAI_API_KEY >&2; exit 1'), { attempt: 2 }),
  )
  expect(failed).toMatchObject({ outcome: 'failed', outputTail: '[redacted]\n' })
})
