import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { toolDefinitions } from '../../../actors/tools/index.ts'
import { attemptFolder } from '../../../actors/folders.ts'
import { tokensOf } from '../../../actors/tokens.ts'
import { digestOf } from '../../../actors/tools/replacement.ts'
import { readConversation } from '../../../actors/content.ts'
import { git } from '../repositories.ts'
import { adjutantProcesses, eventually, freshKey } from '../sandbox.ts'
import { benchWith, contract } from './bench.ts'

const files = { 'src/a.ts': 'one\ntwo\nthree\n', 'src/deep/b.ts': 'two\n', 'README.md': '# Hello\n' }

describe('looking', () => {
  test('the files of a folder are listed with their sizes, and git is not', async () => {
    const { ask } = await benchWith(files)
    expect(await ask('list', {})).toBe('README.md 8\nsrc/\n  a.ts 14\n  deep/')
    expect(await ask('list', { path: 'src', depth: 3 })).toBe('a.ts 14\ndeep/\n  b.ts 4')
    expect(await ask('list', { path: 'nowhere' })).toMatch(/^error file\.missing/)
    expect(await ask('list', { path: 'README.md' })).toMatch(/^error path\.not_a_folder/)
  })

  test('a folder of many files is cut', async () => {
    const { ask, path } = await benchWith(files)
    for (let i = 0; i < 600; i++) writeFileSync(join(path, `f${i}`), '')
    expect((await ask('list', {})).split('\n').slice(-1)).toEqual(['[only the first 500 entries]'])
  })

  test('a file is read by lines, and says where it goes on', async () => {
    const { ask, path } = await benchWith(files)
    expect(await ask('read', { path: 'src/a.ts' })).toBe('1\tone\n2\ttwo\n3\tthree')
    expect(await ask('read', { path: 'src/a.ts', from: 2, lines: 1 })).toBe(
      '2\ttwo\n[1 further lines: read on from line 3]',
    )
    expect(await ask('read', { path: 'src/a.ts', from: 9 })).toMatch(
      /^error file\.no_such_line: src\/a\.ts has 3 lines/,
    )
    expect(await ask('read', { path: 'src' })).toMatch(/^error file\.not_a_file/)
    expect(await ask('read', { path: join(path, 'src/a.ts'), lines: 1 })).toMatch(/^1\tone/)
    writeFileSync(join(path, 'empty'), '')
    expect(await ask('read', { path: 'empty' })).toBe('[an empty file]')
  })

  test('a huge file is read from its beginning, a long line is cut, a binary file refused', async () => {
    const { ask, path } = await benchWith(files)
    writeFileSync(join(path, 'huge.txt'), `${'x'.repeat(5000)}\n${'line\n'.repeat(3_000_000)}`)
    const told = await ask('read', { path: 'huge.txt' })
    expect(told.length).toBeLessThan(60_000)
    expect(told).toMatch(/^1\tx{2000} \[3000 more characters\]\n2\tline\n/)
    expect(told).toMatch(/\[more than \d+ further lines: read on from line 1001\]$/)
    writeFileSync(join(path, 'a.png'), Buffer.from([0x89, 0x50, 0, 1]))
    expect(await ask('read', { path: 'a.png' })).toBe('error file.binary: a.png is binary (4 bytes)')
  })

  test('lines are found by text or expression, in some files or all, and not in ignored ones', async () => {
    const { ask, path } = await benchWith({ ...files, '.gitignore': 'out/\n', 'x*y/c.ts': 'two\n' })
    expect(await ask('search', { pattern: 'two' })).toBe('src/a.ts:2:two\nsrc/deep/b.ts:1:two\nx*y/c.ts:1:two')
    expect(await ask('search', { pattern: 't.o', path: 'src' })).toBe('[nothing found]')
    expect(await ask('search', { pattern: '^T.o$', regex: true, ignoreCase: true, path: 'src/deep' })).toBe(
      'src/deep/b.ts:1:two',
    )
    expect(await ask('search', { pattern: 'two', path: 'x*y', files: '*.ts' })).toBe('x*y/c.ts:1:two')
    expect(await ask('search', { pattern: 'hello', files: '*.md', ignoreCase: true })).toBe('README.md:1:# Hello')
    expect(await ask('search', { pattern: '(', regex: true })).toMatch(/^error search\.invalid: .*\(/)
    await ask('write', { path: 'out/new.txt', content: 'two' })
    await ask('write', { path: 'new.txt', content: 'two\n'.repeat(300) })
    const told = await ask('search', { pattern: 'two' })
    expect(told).toMatch(/^new\.txt:1:two\n/)
    expect(told).toMatch(/\n\[and more: ask for something rarer\]$/)
    expect(told).not.toContain('out/new.txt')
    expect(existsSync(join(path, 'out/new.txt'))).toBe(true)
  })

  test('without a repository it works the same', async () => {
    const { ask } = await benchWith(files, { plain: true })
    expect(await ask('list', { depth: 1 })).toBe('README.md 8\nsrc/')
    expect(await ask('search', { pattern: 'two' })).toBe('src/a.ts:2:two\nsrc/deep/b.ts:1:two')
  })
})

describe('changing', () => {
  test('a file is written, its folders made, and removed', async () => {
    const { turn, path } = await benchWith(files)
    const { output, told } = await turn([
      ['write', { path: 'new/dir/c.ts', content: 'ä\n' }],
      ['write', { path: 'README.md', content: null }],
    ])
    expect(told).toEqual(['written, 3 bytes', 'removed'])
    expect(output).toMatchObject({ progress: 'wrote new/dir/c.ts; removed README.md', advanced: true, delivered: null })
    expect(readFileSync(join(path, 'new/dir/c.ts'), 'utf8')).toBe('ä\n')
    expect(git(path, 'status', '--porcelain', '-uall')).toBe('D README.md\n?? new/dir/c.ts')
  })

  test('a program that is changed can still be executed', async () => {
    const { ask, path } = await benchWith({ 'run.sh': '#!/bin/sh\necho a\n' })
    chmodSync(join(path, 'run.sh'), 0o755)
    await ask('patch', { path: 'run.sh', edits: [{ find: 'echo a', replace: 'echo b' }] })
    expect(statSync(join(path, 'run.sh')).mode & 0o777).toBe(0o755)
    expect(await ask('run', { argv: ['./run.sh'] })).toMatch(/exit code 0 after .*\nb\n/s)
  })

  test('edits are applied all or not at all, each where it is meant', async () => {
    const { ask, path } = await benchWith({ 'a.txt': 'a b a\n' })
    const now = () => readFileSync(join(path, 'a.txt'), 'utf8')
    const edit = (find: string, replace: string, all?: boolean) => ({ find, replace, ...(all ? { all } : {}) })
    expect(await ask('patch', { path: 'a.txt', edits: [edit('b', 'c'), edit('a', 'x')] })).toMatch(
      /^error patch\.ambiguous: edit 2: "find" stands there 2 times/,
    )
    expect(await ask('patch', { path: 'a.txt', edits: [edit('b', 'c'), edit('z', 'x')] })).toMatch(
      /^error patch\.not_found: edit 2/,
    )
    expect(now()).toBe('a b a\n')
    expect(await ask('patch', { path: 'a.txt', edits: [edit('b', '$&'), edit('a', 'x', true)] })).toBe(
      'applied, 2 edits',
    )
    expect(now()).toBe('x $& x\n')
    expect(await ask('patch', { path: 'b.txt', edits: [edit('b', 'c')] })).toMatch(/^error file\.missing/)
  })

  test('line ends, marks and hidden characters of a file survive a patch; what is no text is left alone', async () => {
    const { ask, path } = await benchWith({ 'dos.txt': '\ufeffone\r\ntwo\r\n', 'tricky.html': '<s>a\u200bb</s>\n' })
    expect(await ask('patch', { path: 'dos.txt', edits: [{ find: 'one\ntwo', replace: 'three\nfour' }] })).toBe(
      'applied, 1 edit',
    )
    expect(readFileSync(join(path, 'dos.txt'), 'utf8')).toBe('\ufeffthree\r\nfour\r\n')
    const shown = await ask('read', { path: 'tricky.html' })
    expect(shown).toBe('1\t<\\s>a\\u{200b}b<\\/s>')
    const seen = shown.slice(2)
    await ask('patch', { path: 'tricky.html', edits: [{ find: seen, replace: seen.replace('a', 'c') }] })
    expect(readFileSync(join(path, 'tricky.html'), 'utf8')).toBe('<s>c\u200bb</s>\n')
    writeFileSync(join(path, 'latin'), Buffer.from([0x61, 0xe4, 0x62]))
    expect(await ask('patch', { path: 'latin', edits: [{ find: 'a', replace: 'b' }] })).toMatch(/^error file\.binary/)
  })

  test('what is too large is neither written nor changed', async () => {
    const { ask, path } = await benchWith(files)
    expect(await ask('write', { path: 'big', content: 'x'.repeat(3_000_000) })).toMatch(/^error file\.too_large/)
    writeFileSync(join(path, 'big'), 'x'.repeat(3_000_000))
    expect(await ask('patch', { path: 'big', edits: [{ find: 'x', replace: 'y' }] })).toMatch(/^error file\.too_large/)
  })
})

describe('running', () => {
  test('a program tells its exit code and what it printed', async () => {
    const { ask, turn } = await benchWith(files)
    expect(await ask('run', { argv: ['cat', 'src/a.ts'] })).toMatch(
      /^It ended with exit code 0 after \d+\.\d s\. Its output:\none\ntwo\nthree\n$/,
    )
    const { output, told } = await turn([['run', { argv: ['sh', '-c', 'echo no >&2; exit 3'] }]])
    expect(told[0]).toMatch(/^It ended with exit code 3 after \d+\.\d s\. Its output:\nno\n$/)
    expect(output.progress).toBe("ran sh -c 'echo no >&2; exit 3' (3)")
    expect(await ask('run', { argv: ['no-such-program'] })).toMatch(/no-such-program cannot be started/)
    expect(await ask('run', { argv: ['a\0b'] })).toMatch(/^error command\.invalid/)
  })

  test('of a flood the beginning and the end are told', async () => {
    const { ask } = await benchWith(files)
    const told = await ask('run', { argv: ['sh', '-c', 'echo first; yes | head -c 5000000; echo last'] })
    expect(told.length).toBeLessThan(30_000)
    expect(told).toContain('Its output:\nfirst\n')
    expect(told).toMatch(/\n\[\d+ bytes left out\]\n/)
    expect(told.endsWith('last\n')).toBe(true)
  })

  test('what takes too long is ended, with all it started', async () => {
    const { ask } = await benchWith(files)
    expect(await ask('run', { argv: ['sh', '-c', 'setsid sleep 4741 & sleep 4742'], timeoutSeconds: 0.3 })).toMatch(
      /^It was ended after 0\.3 s/,
    )
    expect(adjutantProcesses()).toEqual([])
    expect(await ask('run', { argv: ['sh', '-c', 'setsid sleep 4743 >/dev/null 2>&1 & echo done'] })).toMatch(
      /\ndone\n$/,
    )
    expect(adjutantProcesses()).toEqual([])
  })

  test('all calls of an answer share its time', async () => {
    const { turn } = await benchWith(files)
    const sleep: [string, unknown] = ['run', { argv: ['sleep', '4744'] }]
    const { told } = await turn([sleep, sleep], {}, { timeoutMs: 900 })
    expect(told[0]).toMatch(/^It was ended after 0\.\d+ s/)
    expect(told[1]).toMatch(/^error call\.out_of_time/)
  })

  test('a cancelled turn ends what runs', async () => {
    const { turn } = await benchWith(files)
    const cancelled = new AbortController()
    const running = turn([['run', { argv: ['sh', '-c', 'sleep 4745'] }]], { signal: cancelled.signal })
    const ended = expect(running).rejects.toThrow('enough')
    await eventually(() => expect(adjutantProcesses()).not.toEqual([]))
    cancelled.abort(new Error('enough'))
    await ended
    expect(adjutantProcesses()).toEqual([])
  })
})

describe('an answer', () => {
  test('that delivers ends with its summary', async () => {
    const { turn, conversation, home } = await benchWith(files)
    const { output, told } = await turn([
      ['write', { path: 'a', content: 'a' }],
      ['deliver', { summary: 'Wrote a.' }],
      ['write', { path: 'b', content: 'b' }],
    ])
    expect(output).toMatchObject({ delivered: 'Wrote a.', advanced: true })
    expect(told).toEqual(['written, 1 bytes', 'delivered', 'error call.late: the work was delivered before'])
    const whole = await readConversation(home, output.conversation)
    expect(whole.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool', 'tool'])
    expect(output.tokens).toBe(tokensOf(whole))
    expect(output.conversation).not.toEqual(conversation)
  })

  test('whose call failed does not deliver in the same breath', async () => {
    const { turn } = await benchWith(files)
    const { output, told } = await turn([
      ['read', { path: 'nowhere' }],
      ['deliver', { summary: 'Done.' }],
    ])
    expect(output.delivered).toBeNull()
    expect(told[1]).toMatch(/^error deliver\.too_early/)
  })

  test('that asks wrongly is told so', async () => {
    const { turn } = await benchWith(files)
    const { output, told } = await turn([
      ['read', '{"path": "src/a.'],
      ['read', { file: 'src/a.ts' }],
      ['fly', {}],
      ['write', { path: '', content: 'x' }],
      ['write', { path: 'src', content: 'x' }],
    ])
    expect(told[0]).toMatch(/^error call\.not_json/)
    expect(told[1]).toMatch(/^error call\.invalid: .*path/s)
    expect(told[2]).toMatch(/^error call\.unknown_tool: .*list, read, search, write, patch, run, deliver/)
    expect(told[3]).toMatch(/^error file\.not_a_file/)
    expect(told[4]).toMatch(/^error file\.not_a_file/)
    expect(output).toMatchObject({ advanced: false, delivered: null })
  })

  test('with too many calls has the rest refused, and with none is kept', async () => {
    const { turn, run, inputFor } = await benchWith(files)
    const { told } = await turn(Array.from({ length: 33 }, () => ['list', { depth: 1 }]))
    expect(told[32]).toMatch(/^error call\.too_many/)
    const output = await run('tools', inputFor({ text: 'I am  done.\n', finish: 'stop' }))
    expect(output).toMatchObject({ progress: 'I am done.', advanced: false, delivered: null })
  })
})

describe('progress', () => {
  const write = (content: string): [string, unknown] => ['write', { path: 'x', content }]

  test('is a file as it never was before, or a command that never ran', async () => {
    const { turn } = await benchWith(files)
    const advanced = async (asked: [string, unknown]) => (await turn([asked])).output.advanced
    expect(await advanced(write('1'))).toBe(true)
    expect(await advanced(write('1'))).toBe(false)
    expect(await advanced(write('2'))).toBe(true)
    expect(await advanced(write('1'))).toBe(false)
    expect(await advanced(['run', { argv: ['true'] }])).toBe(true)
    expect(await advanced(['run', { argv: ['true'] }])).toBe(false)
    expect(await advanced(['read', { path: 'README.md' }])).toBe(false)
  })

  test('of a step that only reads is to look at something new', async () => {
    const { turn } = await benchWith(files, { stepType: 'research' })
    const { output, told } = await turn([['read', { path: 'README.md' }]])
    expect(told).toEqual(['1\t# Hello'])
    expect(output.advanced).toBe(true)
    expect((await turn([['read', { path: 'README.md' }]])).output.advanced).toBe(false)
    const refused = await turn([write('1'), ['run', { argv: ['true'] }]])
    expect(refused.told).toEqual(
      Array(2).fill('error call.unknown_tool: there is no such tool here, but list, read, search, deliver'),
    )
  })
})

const recordsOf = (folder: string, matches: (turn: { calls: { line: string }[] }) => boolean): string[] =>
  readdirSync(join(folder, 'turns'))
    .map((name) => join(folder, 'turns', name))
    .filter((file) => matches(JSON.parse(readFileSync(file, 'utf8'))))

describe('after a crash', () => {
  test('finished calls are not repeated, and a patch that was applied is known', async () => {
    const { turn, path, home } = await benchWith({ 'a.txt': 'one\n' })
    const idempotencyKey = freshKey()
    const asked: [string, unknown][] = [
      ['run', { argv: ['sh', '-c', 'echo x >> count'] }],
      ['patch', { path: 'a.txt', edits: [{ find: 'one', replace: 'two' }] }],
    ]
    const first = await turn(asked, { idempotencyKey })
    const folder = attemptFolder(home, 'd1', contract().id, 1)
    const transcript = readFileSync(join(folder, 'output.log'), 'utf8')
    const again = await turn(asked, { idempotencyKey, attempt: 2 })
    expect(readFileSync(join(path, 'count'), 'utf8')).toBe('x\n')
    expect(again.output).toMatchObject({ conversation: first.output.conversation, advanced: true })
    expect(readFileSync(join(folder, 'output.log'), 'utf8')).toBe(transcript)
    // As if it had died between the change of the file and the note that the call is done.
    const key = freshKey()
    await turn([['patch', { path: 'a.txt', edits: [{ find: 'two', replace: 'three' }] }]], { idempotencyKey: key })
    const [record] = recordsOf(folder, (turned) => turned.calls[0]?.line === 'patched a.txt')
    if (record === undefined) throw new Error('no record')
    const begun = digestOf(readFileSync(join(path, 'a.txt')))
    writeFileSync(record, JSON.stringify({ calls: [], begun, noted: null }))
    const repeated = await turn([['patch', { path: 'a.txt', edits: [{ find: 'two', replace: 'three' }] }]], {
      idempotencyKey: key,
      attempt: 2,
    })
    expect(repeated.told).toEqual(['applied, 1 edit'])
  })
})

test('every tool is described by a JSON Schema, and steps that find out have none that changes', () => {
  const named = (stepType: 'implement' | 'research' | 'review') => toolDefinitions(stepType).map(({ name }) => name)
  expect(named('implement')).toEqual(['list', 'read', 'search', 'write', 'patch', 'run', 'deliver'])
  expect(named('research')).toEqual(['list', 'read', 'search', 'deliver'])
  expect(named('review')).toEqual(named('research'))
  for (const { parameters, description } of toolDefinitions('implement')) {
    expect(parameters).toMatchObject({ type: 'object', additionalProperties: false })
    expect(parameters).not.toHaveProperty('$schema')
    expect(description).not.toBe('')
  }
})
