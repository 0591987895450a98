import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { makeFolder, runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { adjutantAtTerminal, noTerminal, type OnTerminal } from '../support/pseudo-terminal.ts'

vi.setConfig({ testTimeout: 240_000 })

const folder = makeFolder()
let database: TestDatabase
let env: Record<string, string>

beforeAll(async () => {
  database = await createTestDatabase()
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: path.join(folder.path, 'home'), ADJUTANT_LEASE_MS: '1000' }
})
afterAll(async () => {
  await database.drop()
  folder.remove()
})

const command = (line: string) => `{ kind: command, shell: ${JSON.stringify(line)} }`
const step = (name: string, executor: string, rest = '') =>
  `    - { name: ${name}, type: implement, description: D, contract: { executor: ${executor} }, verifiers: []${rest} }\n`

let files = 0
function file(head: string, ...steps: string[]): string {
  const name = path.join(folder.path, `directive-${++files}.yaml`)
  writeFileSync(name, `title: Title ${files}\ngoal: G\n${head}\nchain:\n  name: c\n  steps:\n${steps.join('')}`)
  return name
}

const auto = 'autonomy: full_auto'
const run = (...args: string[]) => runAdjutant(args, { env })
const started: OnTerminal[] = []
type Where = { rows?: number; columns?: number; shell?: boolean; background?: boolean; command?: string[] }
function atTerminal(args: string[], { shell, background, ...size }: Where = {}): OnTerminal {
  const terminal = adjutantAtTerminal(shell ? [] : args, {
    env,
    ...size,
    ...(shell && { command: ['bash', '--norc', '--noediting', '-i'] }),
  })
  if (shell)
    terminal.type(`PS1='$ '; ${[process.execPath, 'cli/adjutant.mjs', ...args].join(' ')}${background ? ' &' : ''}\r`)
  started.push(terminal)
  return terminal
}
afterEach(async () => {
  // Those of a test that failed halfway.
  for (const terminal of started.splice(0)) await terminal.close()
})
const idOf = ({ output }: OnTerminal) => /directive (?:\u001b\[\d+m)?([0-9a-f-]{36})/.exec(output())![1]!
const ctrlC = '\u0003'
const stateOf = async (id: string) => (await run('show', id, '--json')).values()[0].state

/** Once the screen shows it. */
const sees = ({ screen }: OnTerminal, words: string | RegExp) =>
  eventually(() => expect(screen.shown().join('\n')).toMatch(words), 90_000)

/** A step that goes on until a file is there. */
function held(name: string, rest = '') {
  const file = path.join(folder.path, `release-${++files}`)
  return {
    step: step(name, command(`while [ ! -e ${file} ]; do sleep 0.1; done`), rest),
    release: () => writeFileSync(file, ''),
  }
}

const heads = (terminal: OnTerminal, title: RegExp) =>
  terminal.screen.lines().filter((line) => title.test(line) && / steps /.test(line))

describe.skipIf(noTerminal)('at a terminal', () => {
  test('the chain is a tree that is painted in place: one picture is left, and every line stands above it', async () => {
    const one = held('one')
    const terminal = atTerminal(['run', file(auto, one.step, step('two', '{ kind: noop }', ', dependsOn: [one]'))])
    await sees(terminal, /▶ one {2}running {2}command/)
    expect(terminal.screen.shown().join('\n')).toMatch(/○ two {2}pending {2}after one/)
    one.release()
    expect((await terminal.ended).code).toBe(0)
    const lines = terminal.screen.lines()
    expect(heads(terminal, /^Title \d/)).toEqual([expect.stringMatching(/completed {2}2\/2 steps/)])
    expect(lines.filter((line) => /✔ (one|two) {2}passed/.test(line))).toHaveLength(2)
    expect(lines.join('\n')).toMatch(/one +starts, attempt 1[\s\S]*Title \d+ {2}completed[\s\S]*Completed in/)
  })

  test('made narrower and wider while it works, it leaves nothing behind of what was painted', async () => {
    const one = held('one')
    const terminal = atTerminal(['run', file(`${auto}\nlimits: { maxWallTimeMinutes: 30 }`, one.step)], { columns: 90 })
    await sees(terminal, /▶ one {2}running/)
    for (const [rows, columns] of [
      [30, 24],
      [12, 18],
      [5, 40],
      [30, 100],
    ] as const) {
      terminal.resize(rows, columns)
      await eventually(() => {
        const [head] = terminal.screen.shown().filter((line) => line.startsWith('Title'))
        expect(head).toBeDefined()
        expect(head!.length).toBeLessThan(columns)
        expect(columns < 40 ? head : '…').toContain('…')
        // What it painted for the size before may be seen until it has painted for this one.
        const cut = terminal.screen.lines().filter((line) => /^Title.*…$/.test(line))
        expect([...heads(terminal, /^Title/), ...cut]).toHaveLength(1)
      })
    }
    one.release()
    expect((await terminal.ended).code).toBe(0)
    expect(terminal.screen.lines().filter((line) => line.startsWith('Title'))).toHaveLength(1)
  })

  test('Ctrl-C once leaves it as it is, and says how to come back', async () => {
    const one = held('one')
    const terminal = atTerminal(['run', file(auto, one.step)])
    await sees(terminal, /▶ one {2}running/)
    const id = idOf(terminal)
    terminal.type(ctrlC)
    await sees(terminal, `\`adjutant run ${id.slice(0, 13)}\` goes on`)
    await sees(terminal, 'Ctrl-C once more, within 3 seconds, stops it for good')
    expect((await terminal.ended).code).toBe(130)
    expect(await stateOf(id)).toBe('active')
    one.release()
    expect((await run('run', id)).code).toBe(0)
  })

  test('Ctrl-C once leaves it to the server, which goes on with it', async () => {
    const server = startAdjutant(['serve', '--port', '0'], { env })
    const one = held('one')
    try {
      await eventually(() => expect(server.stdout()).toContain('Serving'))
      const terminal = atTerminal(['run', file(auto, one.step)])
      await sees(terminal, /▶ one {2}running/)
      const id = idOf(terminal)
      terminal.type(ctrlC)
      await sees(terminal, 'The directive goes on without you, in `adjutant serve`')
      expect((await terminal.ended).code).toBe(130)
      one.release()
      await eventually(async () => expect(await stateOf(id)).toBe('completed'), 90_000)
    } finally {
      server.kill('SIGINT')
      await server.ended
    }
  })

  test('Ctrl-C twice stops it for good, with all it runs, and asks nothing', async () => {
    const one = held('one')
    const terminal = atTerminal(['run', file(auto, one.step)])
    await sees(terminal, /▶ one {2}running/)
    const id = idOf(terminal)
    terminal.type(ctrlC)
    await sees(terminal, 'Ctrl-C once more')
    terminal.type(ctrlC)
    expect((await terminal.ended).code).toBe(130)
    expect(terminal.screen.lines().join('\n')).toMatch(
      /the directive is stopped for good[\s\S]*Failed in .*stopped with Ctrl-C/,
    )
    const [shown] = (await run('show', id, '--json')).values()
    expect(shown).toMatchObject({ state: 'failed', status: 'done', outcome: { code: 'directive.stopped' } })
  })

  test('a terminal that is closed is no failure, and loses nothing', async () => {
    const one = held('one')
    const terminal = atTerminal(['run', file(auto, one.step)])
    await sees(terminal, /▶ one {2}running/)
    const id = idOf(terminal)
    terminal.hangUp()
    expect((await terminal.ended).code).toBe(130)
    one.release()
    expect((await run('run', id)).code).toBe(0)
  })

  test('with --json on the same screen nothing is painted over the values', async () => {
    const terminal = atTerminal(['run', '--json', file(auto, step('one', '{ kind: noop }'))], { columns: 1000 })
    expect((await terminal.ended).code).toBe(0)
    expect(terminal.output()).not.toContain('\u001b[?2026h')
    const values = terminal.screen.lines().filter((line) => line.startsWith('{'))
    expect(JSON.parse(values.at(-1)!)).toMatchObject({ state: 'completed', exitCode: 0 })
  })

  const stuck = () => file('limits: { maxReworkCycles: 0 }', step('one', command('exit 7')))

  test('what waits for a person is asked in place: facts above, choices by key, a comment', async () => {
    const terminal = atTerminal(['run', stuck()])
    await sees(terminal, /\[1\] retry {2}\[2\] skip {2}\[3\] replan {2}\[4\] stop {2}\[d\] deny/)
    expect(terminal.screen.lines().join('\n')).toMatch(/\| one:\n[\s\S]*exit code 7/)
    terminal.type('3')
    await sees(terminal, 'replan: a directive file with the new chain')
    terminal.type('nowhere.yaml\r\r')
    await sees(terminal, 'nowhere.yaml does not exist')
    terminal.type('2')
    await sees(terminal, 'skip; a comment, or Enter')
    terminal.type('not neded\u0017needed\u001b[D now')
    await sees(terminal, 'not needed now▏')
    terminal.type('\r')
    await sees(terminal, /\[1\] accept/)
    expect(terminal.screen.shown().join('\n')).not.toContain('[1] retry')
    terminal.type('l')
    expect((await terminal.ended).code).toBe(3)
    const answers = (await run('approvals', idOf(terminal), '--all', '--json')).values()
    expect(answers.find(({ type }) => type === 'chain_stuck')).toMatchObject({
      state: 'approved',
      answer: { choice: 'skip', comment: 'not needed now' },
    })
  })

  test('an answer put off ends the command with 3; with --no-input nothing is asked', async () => {
    const terminal = atTerminal(['run', stuck()])
    await sees(terminal, '[l] later')
    terminal.type('l')
    expect((await terminal.ended).code).toBe(3)
    expect(terminal.screen.shown().join('\n')).toContain('npx adjutant approve')
    const again = atTerminal(['run', '--no-input', idOf(terminal)])
    expect((await again.ended).code).toBe(3)
    expect(again.output()).not.toContain('[l] later')
  })

  test('a question that is answered elsewhere goes away, and the work goes on', async () => {
    const terminal = atTerminal(['run', stuck()])
    await sees(terminal, '[1] retry')
    expect((await run('approve', idOf(terminal), '--choice', 'skip')).code).toBe(0)
    await sees(terminal, /\[1\] accept/)
    expect(terminal.screen.lines().join('\n')).toContain('It has been answered elsewhere.')
  })

  test('a limit is raised in place', async () => {
    const head = `${auto}\nlimits: { maxWallTimeMinutes: 0.02 }`
    const steps = [step('one', command('sleep 2')), step('two', '{ kind: noop }', ', dependsOn: [one]')]
    const terminal = atTerminal(['run', file(head, ...steps)])
    await sees(terminal, '[1] raise')
    terminal.type('1')
    await sees(terminal, 'the new limit in minutes')
    terminal.type('none\r')
    await sees(terminal, 'a number above 0 is needed')
    terminal.type('\u00155\r')
    await sees(terminal, 'raise; a comment')
    terminal.type('\r')
    expect((await terminal.ended).code).toBe(0)
  })

  test('show --follow looks on while a server works; a question is answered in place, Ctrl-C ends the looking only', async () => {
    const server = startAdjutant(['serve', '--port', '0'], { env })
    const two = held('two', ', dependsOn: [one]')
    try {
      await eventually(() => expect(server.stdout()).toContain('Serving'))
      const runs = await run(
        'run',
        '--no-input',
        file('limits: { maxReworkCycles: 0 }', step('one', command('exit 7')), two.step),
      )
      const id = /directive ([0-9a-f-]{36})/.exec(runs.stdout)![1]!
      const terminal = atTerminal(['show', id, '--follow'])
      await sees(terminal, '[2] skip')
      terminal.type('2')
      await sees(terminal, 'skip; a comment')
      terminal.type('\r')
      await sees(terminal, /▶ two {2}running/)
      terminal.type(ctrlC)
      expect((await terminal.ended).code).toBe(130)
      const said = terminal.screen.lines().join('\n')
      expect(said).toContain('goes on without you, in `adjutant serve`')
      expect(said).not.toContain('Ctrl-C once more')
      expect(await stateOf(id)).toBe('active')
      two.release()
    } finally {
      server.kill('SIGINT')
      await server.ended
    }
  })

  test('stopped with Ctrl-Z and continued it paints on', async () => {
    const one = held('one')
    const terminal = atTerminal(['run', file(auto, one.step)], { shell: true })
    await sees(terminal, /▶ one {2}running/)
    terminal.type('\u001a')
    await sees(terminal, /Stopped/)
    terminal.type('fg\r')
    await eventually(() => expect(terminal.screen.shown().join('\n')).toMatch(/fg[\s\S]*▶ one {2}running/))
    one.release()
    // What is typed before the shell has the terminal again is read by whoever still has it.
    await sees(terminal, /Completed in[\s\S]*\n\$\s*$/)
    terminal.type('exit\r')
    await terminal.ended
  })

  test('in the background it leaves the keys to whoever has the terminal', async () => {
    const terminal = atTerminal(['run', file(auto, step('one', '{ kind: noop }'))], { shell: true, background: true })
    await sees(terminal, 'Completed in')
    terminal.type('exit\r')
    await terminal.ended
  })

  const oldNode = (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((at) => path.join(at, 'node'))
    .find((node) => Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1]) < 22)

  test.skipIf(!oldNode)('started by an older Node, keys and Ctrl-C arrive once', async () => {
    const one = held('one')
    const command = [oldNode!, path.resolve('cli/adjutant.mjs')]
    const terminal = atTerminal(['run', file(auto, one.step)], { command })
    await sees(terminal, /▶ one {2}running/)
    terminal.type(ctrlC)
    await sees(terminal, 'Ctrl-C once more')
    terminal.type(ctrlC)
    expect((await terminal.ended).code).toBe(130)
    expect(terminal.screen.lines().join('\n')).toMatch(/stopped for good[\s\S]*Failed in/)
  })
})
