import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isConfining } from '../../../actors/process/index.ts'
import { agentOf, agentsAtWork, type AgentExecutor } from '../agents-at-work.ts'
import { adjutantProcesses, eventually, freshKey, sandbox } from '../sandbox.ts'

/** A custom agent that is a line of shell. */
const custom = (line: string, more: Partial<AgentExecutor> = {}) =>
  agentOf({ preset: 'custom', argv: ['/bin/sh', '-c', line], ...more })

const say = (...events: object[]) => events.map((event) => `echo '${JSON.stringify(event)}'`).join('; ')
const result = (more: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  session_id: 's-1',
  result: 'Built it.',
  ...more,
})

describe('a custom agent', () => {
  test('reads its prompt, works in the workspace and delivers what it made', async () => {
    const { work, workspace } = await agentsAtWork()
    const output = await work(custom('cat > prompt.txt; echo made > made.txt; echo All is built.'))
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    expect(readFileSync(join(workspace.path, 'prompt.txt'), 'utf8')).toContain('Build the thing')
    expect(output.evidence).toMatchObject({
      modifiedFiles: ['made.txt', 'prompt.txt'],
      summary: 'All is built.',
      agent: { preset: 'custom', version: null },
    })
    expect(output.costs).toEqual([
      { model: null, tokens: { in: 0, out: 0, cached: 0, reasoning: 0 }, usd: null, source: 'unknown' },
    ])
  })

  test('may have its prompt in a file instead, and is never given it as an argument', async () => {
    const { work } = await agentsAtWork()
    const line = 'cat > stdin.txt; grep -c "Build the thing" "$ADJUTANT_PROMPT_FILE"; tr "\\0" " " < /proc/$$/cmdline'
    const output = await work(custom(line, { prompt: 'file' }))
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    expect(output.evidence.logs.tail).toMatch(/^1\n/)
    expect(output.evidence.logs.tail.split('\n').slice(1).join()).not.toContain('It works')
    expect(output.evidence.diffStat.files).toBe(1)
  })

  test('finds a HOME of its own with nothing in it, and of our environment only what is passed', async () => {
    const { work, home } = await agentsAtWork({}, { env: { CANARY: 'canary-value', GIVEN: 'given-value' } })
    const output = await work(custom('ls -A "$HOME"; env', { pass: ['GIVEN'], env: { SET: 'set-value' } }))
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    const { tail } = output.evidence.logs
    expect(tail).toContain('GIVEN=given-value')
    expect(tail).toContain('SET=set-value')
    expect(tail).not.toContain('canary-value')
    const own = /^HOME=(.*)$/m.exec(tail)?.[1] as string
    expect(own.startsWith(join(home, 'tmp'))).toBe(true)
    expect(existsSync(own)).toBe(false)
  })

  test.skipIf(!isConfining(process.env))(
    'cannot write beside its workspace, nor into the repository it was made from',
    async () => {
      const { work, path } = await agentsAtWork()
      const beside = join(sandbox(), 'beside.txt')
      writeFileSync(beside, 'untouched')
      const line = `echo x > ${beside}; echo x > ${path}/x.txt; echo x > "$(git rev-parse --git-common-dir)/hooks/pre-commit"`
      const output = await work(custom(`${line}; echo done > made.txt`))
      if (output.outcome !== 'delivered') throw new Error(output.reason)
      expect(readFileSync(beside, 'utf8')).toBe('untouched')
      expect(existsSync(join(path, 'x.txt'))).toBe(false)
      expect(existsSync(join(path, '.git/hooks/pre-commit'))).toBe(false)
      expect(output.evidence.modifiedFiles).toEqual(['made.txt'])
    },
  )

  test.skipIf(!isConfining(process.env))('reads neither what lies in our home nor the keys of the person', async () => {
    const person = sandbox()
    const { work, home } = await agentsAtWork({}, { env: { HOME: person } })
    const secrets = [join(home, 'db/password'), join(home, 'models.yaml'), join(person, '.ssh/id_ed25519')]
    for (const file of secrets) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, 'canary-of-a-file')
    }
    const line = `cat ${secrets.join(' ')} 2>&1; cat "$ADJUTANT_CONTRACT_FILE" > /dev/null && echo its contract`
    const output = await work(custom(line))
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    expect(output.evidence.logs.tail).not.toContain('canary')
    expect(output.evidence.logs.tail).toMatch(/Permission denied[^]*\nits contract\n/)
  })

  test.skipIf(!isConfining(process.env))('cannot change the workspace in a step that may only look', async () => {
    const { work } = await agentsAtWork()
    const output = await work(custom('cat a.txt; echo x > a.txt; echo found it'), { stepType: 'research' })
    if (output.outcome !== 'delivered') throw new Error(output.reason)
    expect(output.evidence).toMatchObject({ modifiedFiles: [], summary: 'found it' })
  })

  test('leaves no secret in its log, in what it reports, or in its reason', async () => {
    const key = 'sk-canary-1234567890abcdefgh'
    const { work, reports, home } = await agentsAtWork({}, { env: { SOME_API_KEY: key } })
    const output = await work(custom('echo "the key is $SOME_API_KEY"; exit 3', { pass: ['SOME_API_KEY'] }))
    expect(output).toMatchObject({ outcome: 'failed', code: 'executor.exited', exitCode: 3 })
    expect(JSON.stringify([output, reports])).not.toContain('canary')
    expect(JSON.stringify(output)).toContain('the key is [redacted]')
    const line = `cat > /dev/null; printf '%s%s\\n' '{"type":"result","session_id":"s","result":"' "$SOME_API_KEY\\"}"`
    const told = await work(custom(line, { output: 'stream-json', pass: ['SOME_API_KEY'] }), { attempt: 2 })
    expect(told).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('[redacted]') })
    const files = readdirSync(join(home, 'contracts'), { recursive: true, encoding: 'utf8' })
    expect(files.some((file) => file.endsWith('protocol.jsonl'))).toBe(true)
    for (const file of files.map((name) => join(home, 'contracts', name)))
      if (statSync(file).isFile()) expect(readFileSync(file, 'utf8'), file).not.toContain('canary')
  })
})

describe('an agent that tells its protocol', () => {
  test('gives back its session, its words and what it cost, and reports the session at once', async () => {
    const { work, reports } = await agentsAtWork()
    const usage = { 'big-1': { inputTokens: 100, outputTokens: 20, cacheReadInputTokens: 50, costUSD: 0.25 } }
    const line = `cat > /dev/null; ${say(result({ modelUsage: usage }))}; echo x > x.txt`
    const output = await work(custom(line, { output: 'stream-json' }))
    expect(output).toMatchObject({
      outcome: 'delivered',
      session: 's-1',
      evidence: { summary: 'Built it.' },
      costs: [{ model: 'big-1', tokens: { in: 150, out: 20, cached: 50 }, usd: 0.25, source: 'reported' }],
    })
    expect(reports).toContainEqual(expect.objectContaining({ type: 'contract.session', session: 's-1' }))
  })

  test('has failed when it reports success with is_error', async () => {
    const { work } = await agentsAtWork()
    const line = say(result({ is_error: true, result: 'API Error: 529' }))
    expect(await work(custom(line, { output: 'stream-json' }))).toMatchObject({
      outcome: 'failed',
      code: 'executor.errored',
      reason: '/bin/sh: it reported an error: API Error: 529',
      session: 's-1',
    })
  })

  test('has failed when it says success but not with its exit code', async () => {
    const { work } = await agentsAtWork()
    const output = await work(custom(`${say(result())}; exit 7`, { output: 'stream-json' }))
    expect(output).toMatchObject({ outcome: 'failed', code: 'executor.exited', exitCode: 7 })
  })

  test('has failed when it ends without a result', async () => {
    const { work } = await agentsAtWork()
    const output = await work(custom(say({ type: 'thread.started', thread_id: 't' }), { output: 'jsonl' }))
    expect(output).toMatchObject({ outcome: 'failed', code: 'executor.unfinished', session: 't' })
    expect(output.costs).toMatchObject([{ usd: null, source: 'unknown' }])
  })

  test('has used up its own limit when it says so', async () => {
    const { work } = await agentsAtWork()
    const line = `${say(result({ subtype: 'error_max_budget_usd', is_error: true }))}; exit 1`
    expect(await work(custom(line, { output: 'stream-json' }))).toMatchObject({ code: 'executor.exhausted' })
  })

  test('is charged on a rework only for what came after the attempt before', async () => {
    const { work } = await agentsAtWork()
    const turn = (input: number) =>
      say(
        { type: 'thread.started', thread_id: 't' },
        { type: 'turn.completed', usage: { input_tokens: input, output_tokens: input / 10 } },
      )
    const executor = (input: number) => custom(turn(input), { output: 'jsonl' })
    const first = await work(executor(100))
    const second = await work(executor(130), { attempt: 2, instructions: 'Better' }, { input: { session: 't' } })
    expect([first, second].flatMap(({ costs }) => costs.map(({ tokens }) => tokens))).toMatchObject([
      { in: 100, out: 10 },
      { in: 30, out: 3 },
    ])
  })
})

describe('an agent that misbehaves', () => {
  const impatient = { idleSeconds: 1.5 }
  const patient = { idleSeconds: 3 }

  test('is ended when it hangs silently, and says so', async () => {
    const { work } = await agentsAtWork()
    const output = await work(custom('sleep 4713', impatient))
    expect(output).toMatchObject({
      outcome: 'failed',
      code: 'executor.idle',
      reason: expect.stringMatching(/no progress for .* printed nothing/),
    })
    expect(adjutantProcesses()).toEqual([])
  })

  test('is ended when it prints for ever without progress, and says so', async () => {
    const { work } = await agentsAtWork()
    const output = await work(custom('while :; do echo working on it; sleep 0.02; done', impatient))
    expect(output).toMatchObject({
      outcome: 'failed',
      code: 'executor.idle',
      reason: expect.stringMatching(/no progress for .*, though it printed \d+ bytes/),
    })
  })

  test('is ended when it floods us without an end of line', async () => {
    const { work } = await agentsAtWork()
    const before = process.memoryUsage().rss
    const flood = `exec node -e 'const b = Buffer.alloc(65536, 120); const on = () => process.stdout.write(b, on); on()'`
    const output = await work(custom(flood, { ...impatient, output: 'jsonl' }))
    expect(output).toMatchObject({ outcome: 'failed', code: 'executor.idle' })
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000)
  })

  test('is ended when it does the same thing for ever', async () => {
    const { work } = await agentsAtWork()
    const item = { type: 'item.completed', item: { id: 'i', type: 'command_execution', command: 'ls' } }
    const line = `while :; do ${say(item)}; sleep 0.02; done`
    expect(await work(custom(line, { ...impatient, output: 'jsonl' }))).toMatchObject({ code: 'executor.idle' })
  })

  test('is left alone while it carries something new out, or while its files change', async () => {
    const { work } = await agentsAtWork()
    const item = (n: string) =>
      `echo '{"type":"item.completed","item":{"type":"command_execution","command":"run '${n}'"}}'`
    const events = `for n in 1 2 3 4; do ${item('$n')}; sleep 1; done; ${say({ type: 'turn.completed' })}`
    expect(await work(custom(events, { ...patient, output: 'jsonl' }))).toMatchObject({ outcome: 'delivered' })
    const files = 'for n in 1 2 3 4; do echo $n >> grows.txt; sleep 1; done'
    expect(await work(custom(files, patient), { attempt: 2 })).toMatchObject({ outcome: 'delivered' })
  })

  test('is ended with the daemons it leaves, and that is a failure that names them', async () => {
    const { work, workspace } = await agentsAtWork()
    // It ends once they have the name that they are to be called by.
    const line = `${say(result())}; setsid sleep 4714 & (sleep 4714 &); echo made > made.txt; until [ -e go ]; do sleep 0.02; done`
    const working = work(custom(line, { output: 'stream-json' }))
    const sleepers = () => adjutantProcesses().filter((each) => / sleep 4714 $/.test(each))
    await eventually(() => expect(sleepers()).toHaveLength(2))
    writeFileSync(join(workspace.path, 'go'), '')
    const output = await working
    expect(output).toMatchObject({
      outcome: 'failed',
      code: 'executor.left_running',
      reason: expect.stringContaining('sleep, sleep'),
      session: 's-1',
    })
    expect(adjutantProcesses()).toEqual([])
  })

  test('is ended at the end of its time', async () => {
    const { work } = await agentsAtWork()
    const output = await work(custom('sleep 4715'), {}, { input: { timeoutMs: 400 } })
    expect(output).toMatchObject({ code: 'executor.timed_out' })
  })

  test('is not installed', async () => {
    const { work } = await agentsAtWork()
    expect(await work(agentOf({ preset: 'custom', argv: ['no-such-agent'] }))).toMatchObject({
      code: 'executor.missing',
      costs: [],
    })
    expect(await work(agentOf({ preset: 'claude', argv: ['no-such-agent'] }), { attempt: 2 })).toMatchObject({
      code: 'executor.missing',
    })
  })

  test('is too old', async () => {
    const { work } = await agentsAtWork()
    const argv = ['/bin/sh', '-c', 'echo 2.1.197']
    expect(await work(agentOf({ preset: 'claude', argv }))).toMatchObject({
      code: 'executor.outdated',
      reason: 'claude is 2.1.197, and 2.1.217 or newer is needed',
    })
  })
})

describe('an agent whose Adjutant dies', () => {
  test('is not run again when it had ended', async () => {
    const { work, workspace } = await agentsAtWork()
    const idempotencyKey = freshKey()
    const line = `echo run >> runs.txt; ${say(result({ session_id: 's-9' }))}`
    const executor = custom(line, { output: 'stream-json' })
    const first = await work(executor, {}, { context: { idempotencyKey } })
    const second = await work(executor, {}, { context: { idempotencyKey, attempt: 2 } })
    expect(second).toMatchObject({ outcome: 'delivered', session: 's-9', costs: first.costs })
    expect(readFileSync(join(workspace.path, 'runs.txt'), 'utf8')).toBe('run\n')
  })

  test('goes on with its session when it had not', async () => {
    const { work, workspace, reports } = await agentsAtWork()
    const idempotencyKey = freshKey()
    const line = `cat > prompt-\${ADJUTANT_SESSION:-none}.txt; ${say({ type: 'system', session_id: 's-7' })}`
    const stopped = new AbortController()
    const executor = custom(`${line}; [ -n "$ADJUTANT_SESSION" ] || sleep 4716; ${say(result())}`, {
      output: 'stream-json',
    })
    const first = work(executor, {}, { context: { idempotencyKey, signal: stopped.signal } })
    await eventually(() => expect(reports).toContainEqual(expect.objectContaining({ session: 's-7' })))
    stopped.abort(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    const second = await work(executor, {}, { context: { idempotencyKey, attempt: 2 } })
    expect(second).toMatchObject({ outcome: 'delivered' })
    expect(readFileSync(join(workspace.path, 'prompt-s-7.txt'), 'utf8')).toContain('interrupted')
  })

  test('starts anew when its session is gone', async () => {
    const { work, workspace } = await agentsAtWork()
    const line = `cat > prompt.txt; [ -z "$ADJUTANT_SESSION" ] || { echo no such session >&2; exit 1; }; ${say(result())}`
    const output = await work(
      custom(line, { output: 'stream-json' }),
      { attempt: 2, instructions: 'Make it blue' },
      { input: { session: 's-0' } },
    )
    expect(output).toMatchObject({ outcome: 'delivered', session: 's-1' })
    const prompt = readFileSync(join(workspace.path, 'prompt.txt'), 'utf8')
    expect(prompt).toContain('Build the thing')
    expect(prompt).toContain('Make it blue')
  })
})
