import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { childEnvironment, type ProcessOptions, runProcess } from '../../../actors/process/index.ts'
import { adjutantProcesses, eventually, freshKey, processesWith, sandbox } from '../sandbox.ts'

const fixture = (name: string) => join(import.meta.dirname, '../fixtures', name)
const env = { PATH: process.env['PATH'] ?? '' }

const run = (command: ProcessOptions['command'], options: Partial<ProcessOptions> = {}) =>
  runProcess({ command, cwd: sandbox(), env, marker: `${freshKey()}/1`, timeoutMs: 120_000, graceMs: 300, ...options })

describe('a process that ends by itself', () => {
  test('gives its exit code, its output and how long it took', async () => {
    const result = await run({ argv: ['node', '-e', 'console.log("out"); console.error("err"); process.exitCode = 3'] })
    expect(result).toMatchObject({ exitCode: 3, signal: null, timedOut: false, cancelled: false })
    expect(result.outputTail.split('\n').sort()).toEqual(['', 'err', 'out'])
    expect(result.durationMs).toBeGreaterThan(0)
  })

  test('gets its arguments as they are, without a shell', async () => {
    const result = await run({ argv: ['node', '-p', 'process.argv.slice(1).join("|")', '$HOME', '; touch x', '*'] })
    expect(result.outputTail).toBe('$HOME|; touch x|*\n')
  })

  test('runs in a shell only where one was asked for', async () => {
    expect((await run({ shell: 'echo $((6 * 7))' })).outputTail).toBe('42\n')
  })

  test('finds its input closed', async () => {
    expect(await run({ argv: ['cat'] })).toMatchObject({ exitCode: 0, outputTail: '' })
  })

  test('reads a file where one was given as its input', async () => {
    const path = join(sandbox(), 'input.txt')
    writeFileSync(path, 'told\n')
    expect(await run({ argv: ['cat'] }, { stdinPath: path })).toMatchObject({ exitCode: 0, outputTail: 'told\n' })
  })

  test('takes the children it leaves behind with it, and they are named', async () => {
    const folder = sandbox()
    // It ends once they are what they are to become: between fork and exec a child has the name of its parent.
    const line = 'sleep 4712 & (sleep 4712 &) ; setsid sleep 4712 & until [ -e go ]; do sleep 0.02; done; echo done'
    const running = run({ shell: line }, { cwd: folder })
    const sleepers = () => adjutantProcesses().filter((each) => / sleep 4712 $/.test(each))
    await eventually(() => expect(sleepers()).toHaveLength(3))
    writeFileSync(join(folder, 'go'), '')
    const result = await running
    expect(result).toMatchObject({ exitCode: 0, timedOut: false, outputTail: 'done\n' })
    expect(result.left).toEqual(['sleep', 'sleep', 'sleep'])
    expect(adjutantProcesses()).toEqual([])
  })

  test('lets a child that is about to finish finish', async () => {
    const folder = sandbox()
    const result = await run(
      { shell: '(while kill -0 $$; do :; done; echo late > late.txt) 2> /dev/null & exit 0' },
      { cwd: folder },
    )
    expect(result.left).toEqual([])
    expect(existsSync(join(folder, 'late.txt'))).toBe(true)
  })
})

describe('a process that cannot start', () => {
  test('is told from one that failed', async () => {
    const result = await run({ argv: ['no-such-program-here'] })
    expect(result).toMatchObject({ exitCode: null, spawnError: { code: 'ENOENT' } })
  })

  test('says so when the file is not executable', async () => {
    const folder = sandbox()
    writeFileSync(join(folder, 'plain'), 'text')
    expect(await run({ argv: [join(folder, 'plain')] })).toMatchObject({ spawnError: { code: 'EACCES' } })
  })

  test('is not started at all when it was cancelled before', async () => {
    const folder = sandbox()
    const result = await run({ shell: 'touch started' }, { cwd: folder, signal: AbortSignal.abort() })
    expect(result.cancelled).toBe(true)
    expect(existsSync(join(folder, 'started'))).toBe(false)
  })
})

/** The number that a process writes down there. */
const pidIn = (folder: string) =>
  eventually(() => {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    expect(pid).toBeGreaterThan(0)
    return pid
  })

describe('a process that has to be ended', () => {
  test('is ended with a whole tree that ignores SIGTERM', async () => {
    const cancel = new AbortController()
    let leaves = 0
    const running = run(
      { argv: ['node', fixture('stubborn-tree.mjs'), '2'] },
      {
        signal: cancel.signal,
        onOutput: (chunk) => {
          leaves += String(chunk).split('leaf').length - 1
          if (leaves === 4) cancel.abort()
        },
      },
    )
    expect(await running).toMatchObject({ cancelled: true, exitCode: null, signal: 'SIGKILL', timedOut: false })
    expect(adjutantProcesses()).toEqual([])
  })

  test('is ended although its leader obeys SIGTERM and only a child ignores it', async () => {
    const result = await run(
      { shell: `node ${fixture('stubborn-tree.mjs')} 0 & trap 'exit 7' TERM; sleep 4713 & wait` },
      { timeoutMs: 600 },
    )
    expect(result).toMatchObject({ timedOut: 'wall', exitCode: 7 })
    expect(adjutantProcesses()).toEqual([])
  })

  test('is ended by its group where its environment no longer names it', async () => {
    const folder = sandbox()
    const script = 'trap "" TERM; echo $$ > pid; while :; do sleep 0.05; done'
    const cancel = new AbortController()
    const running = run({ shell: `env -i /bin/sh -c '${script}'` }, { cwd: folder, signal: cancel.signal })
    const pid = await pidIn(folder)
    cancel.abort()
    await running
    await eventually(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'))
  })

  test('may clean up within its grace', async () => {
    const folder = sandbox()
    const cancel = new AbortController()
    const result = await run(
      { shell: `trap 'sleep 0.1; touch cleaned; exit 0' TERM; echo up; while :; do sleep 0.05; done` },
      { cwd: folder, graceMs: 10_000, signal: cancel.signal, onOutput: () => cancel.abort() },
    )
    expect(result).toMatchObject({ cancelled: true, exitCode: 0 })
    expect(existsSync(join(folder, 'cleaned'))).toBe(true)
  })

  test('cannot escape by setsid or a double fork, and cannot hold us by its pipes', async () => {
    const started = performance.now()
    const result = await run(
      { shell: 'setsid sleep 4714 & (setsid sleep 4714 &) ; (sleep 4714 &) ; sleep 4714' },
      { timeoutMs: 300 },
    )
    expect(result).toMatchObject({ timedOut: 'wall', signal: 'SIGTERM' })
    expect(adjutantProcesses()).toEqual([])
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('is found by its TMPDIR where a sandbox has cleared its environment', async () => {
    const temporary = sandbox()
    const cleared = `setsid env -i TMPDIR="$TMPDIR" /bin/sh -c 'touch "$TMPDIR/up"; exec sleep 4718' > /dev/null 2>&1`
    const line = `${cleared} & until [ -e "$TMPDIR/up" ]; do sleep 0.02; done`
    const result = await run({ shell: line }, { env: { ...env, TMPDIR: temporary } })
    expect(result).toMatchObject({ exitCode: 0, left: [] })
    expect(processesWith('TMPDIR', (value) => value === temporary)).toEqual([])
  })

  test('does not hold us when it cleared its environment, left the group and kept our pipe', async () => {
    const folder = sandbox()
    const cancel = new AbortController()
    const running = run(
      { shell: 'setsid env -i /bin/sh -c "echo \\$\\$ > pid; exec sleep 4715" & sleep 4715' },
      { cwd: folder, signal: cancel.signal, timeoutMs: 600_000 },
    )
    const pid = await pidIn(folder)
    cancel.abort()
    expect(await running).toMatchObject({ cancelled: true })
    // What cannot be found by its environment stays: known, and the reason why containment is another layer.
    process.kill(pid, 'SIGKILL')
  })

  test('is ended when it is silent for too long', async () => {
    const result = await run({ shell: 'echo one; sleep 0.2; echo two; sleep 4716' }, { idleMs: 1500 })
    expect(result).toMatchObject({ timedOut: 'idle', outputTail: 'one\ntwo\n' })
  })

  test('is not silent while its pulse changes', async () => {
    let beats = 0
    const result = await run(
      { shell: 'sleep 0.6; echo done' },
      { idleMs: 150, pulse: () => Promise.resolve(String(beats++)) },
    )
    expect(result).toMatchObject({ timedOut: false, exitCode: 0 })
  })

  test('is ended although it prints when what it prints is no progress', async () => {
    const result = await run(
      { shell: 'while echo working; do sleep 0.02; done' },
      { idleMs: 300, isProgress: (chunk, stream) => stream === 'stderr' || chunk.includes('made') },
    )
    expect(result).toMatchObject({ timedOut: 'idle', exitCode: null })
    expect(result.outputTail).toContain('working')
  })

  test('is not ended for time that passed while its leftovers were cleared away', async () => {
    const result = await run(
      { shell: `node ${fixture('stubborn-tree.mjs')} 0 & sleep 0.3; exit 0` },
      { timeoutMs: 1500, graceMs: 1500 },
    )
    expect(result).toMatchObject({ timedOut: false, exitCode: 0 })
  })
})

describe('output', () => {
  test('of a gigabyte costs neither memory nor disk, and its end is kept', async () => {
    const logPath = join(sandbox(), 'logs', 'flood.log')
    const before = process.memoryUsage().rss
    let peak = 0
    const result = await run(
      { argv: ['node', fixture('flood.mjs'), '1024'] },
      {
        logPath,
        maxLogBytes: 100_000,
        tailBytes: 1000,
        onOutput: () => (peak = Math.max(peak, process.memoryUsage().rss)),
      },
    )
    expect(result).toMatchObject({ exitCode: 0, outputBytes: 1024 ** 3 + 14 })
    expect(result.outputTail).toHaveLength(1000)
    expect(result.outputTail).toMatch(/x\n?the last line\n$/)
    expect(statSync(logPath).size).toBeLessThan(102_000)
    expect(readFileSync(logPath, 'utf8')).toMatch(/further bytes not kept; the end was:\]\n[^]*the last line\n$/)
    expect(peak - before).toBeLessThan(200 * 1024 * 1024)
  })

  test('that a full disk does not take costs the log its end, and nothing else', async () => {
    const { exitCode, outputTail, outputBytes } = await run(
      { shell: 'yes a line | head -c 100000; echo done' },
      { logPath: '/dev/full', tailBytes: 200 },
    )
    expect([exitCode, outputBytes]).toEqual([0, 100_005])
    expect(outputTail).toMatch(/a line[^]*done\n\n\[the log ends early, it could not be written: ENOSPC\]$/)
    expect(outputTail.length).toBeLessThanOrEqual(200)
    const nowhere = await run({ shell: 'echo done' }, { logPath: '/dev/null/no/log', tailBytes: 200 })
    expect([nowhere.exitCode, nowhere.outputTail]).toEqual([0, expect.stringMatching(/^done\n.*ENOTDIR\]$/s)])
  })

  test('is given without control sequences, NUL or half characters', async () => {
    const script = 'process.stdout.write("\\u00e4".repeat(2001) + "\\u001b[31mred\\u001b[0m\\0\\r\\nend")'
    const { outputTail } = await run({ argv: ['node', '-e', script] }, { tailBytes: 100 })
    expect(outputTail).toMatch(/^ä+red\nend$/)
  })

  test('of a second command follows that of the first in one log', async () => {
    const logPath = join(sandbox(), 'both.log')
    await run({ shell: 'echo one' }, { logPath })
    await run({ shell: 'echo two' }, { logPath })
    expect(readFileSync(logPath, 'utf8')).toBe('one\ntwo\n')
  })
})

describe('the environment of a child', () => {
  const own = {
    PATH: process.env['PATH'],
    HOME: '/root',
    DATABASE_URL: 'canary-1',
    OPENAI_API_KEY: 'canary-2',
    OTEL_X: 'canary-3',
    LANG: 'C.UTF-8',
  }

  test('holds nothing of ours that is not on the list', async () => {
    process.env['ADJUTANT_CANARY'] = 'canary-4'
    const given = childEnvironment({ own: { ...process.env, ...own }, home: '/h', temporary: '/t' })
    const { outputTail } = await run({ argv: ['env'] }, { env: given })
    delete process.env['ADJUTANT_CANARY']
    expect(outputTail).not.toContain('canary')
    expect(outputTail).toContain('LANG=C.UTF-8')
    expect(outputTail).toMatch(/^ADJUTANT_RUN=test-/m)
    expect(given).toMatchObject({ HOME: '/h', TMPDIR: '/t' })
  })

  test('holds what was passed by name and what was given', () => {
    const given = childEnvironment({
      own,
      home: '/h',
      temporary: '/t',
      passed: ['OPENAI_API_KEY'],
      extra: { MODE: 'x' },
    })
    expect(given).toMatchObject({ OPENAI_API_KEY: 'canary-2', MODE: 'x' })
    expect(given).not.toHaveProperty('DATABASE_URL')
  })

  test('still finds the toolchains of the home it no longer has', () => {
    const home = sandbox()
    const given = childEnvironment({ own: { HOME: home, RUSTUP_HOME: home }, home: '/h', temporary: '/t' })
    expect(given).toMatchObject({ RUSTUP_HOME: home })
    expect(given).not.toHaveProperty('CARGO_HOME')
  })
})

test('no process of the tests is left', () => eventually(() => expect(adjutantProcesses()).toEqual([])))
