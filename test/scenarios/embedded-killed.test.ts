import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isRunning } from '../../db/embedded/process-identity.ts'
import { embeddedStatus } from '../../db/index.ts'
import { runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { makeHome } from '../support/embedded-home.ts'
import { eventually } from '../support/eventually.ts'
import { foldersLeft, processesOf } from '../sweep/leftovers.ts'

vi.setConfig({ testTimeout: 240_000 })

const isRoot = process.getuid?.() === 0
// Root's server runs as nobody; so must the program that gets a stale pid, for Postgres to mind it.
const owner = isRoot ? { uid: 65_534, gid: 65_534 } : {}
const names = ['one', 'two', 'three']

const gateOf = (home: string) => path.join(home, '..', 'gate')

/** Two directives of three steps, each of which notes down that it was begun; the last waits for the gate. */
function directives(home: string) {
  const work = path.join(home, '..')
  const last = `until [ -e ${gateOf(home)} ]; do sleep 0.25; done`
  const steps = names.map((name, i) => ({
    name,
    type: 'implement',
    description: name,
    dependsOn: names.slice(Math.max(0, i - 1), i),
    contract: {
      executor: { kind: 'command', shell: `echo ${name} > result; ${name === names.at(-1) ? last : 'sleep 0.25'}` },
    },
    verifiers: [{ name: 'there', argv: ['grep', '-q', name, 'result'], weight: 1, required: true }],
  }))
  return [1, 2].map((n) => {
    const file = path.join(work, `directive-${n}.json`)
    const chain = { name: 'three', steps }
    writeFileSync(file, JSON.stringify({ title: `Three steps ${n}`, goal: 'done once', autonomy: 'full_auto', chain }))
    return file
  })
}

async function started(home: string) {
  const env = { ADJUTANT_HOME: home, ADJUTANT_LEASE_MS: '1000' }
  const runs = directives(home).map((file) => startAdjutant(['run', '--json', file], { env }))
  const events = (n: number) =>
    runs[n]!.stdout()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line))
  for (const n of runs.keys())
    await eventually(() => expect(events(n).filter(isPassed).length).toBeGreaterThanOrEqual(1), 60_000)
  return { env, runs }
}

const isPassed = ({ type, data }: any) => type === 'step.status_changed' && data.state === 'passed'

/** Everything is there once: each step passed, each event under a number of its own, and the numbers have no gap. */
async function expectWhole(env: Record<string, string>) {
  const listed = (await runAdjutant(['list', '--json'], { env })).values()
  expect(listed.map(({ state }) => state)).toEqual(['completed', 'completed'])
  const told = await Promise.all(listed.map(({ id }) => runAdjutant(['events', '--json', id], { env })))
  for (const { values } of told) {
    const events = values()
    expect(events.filter(isPassed)).toHaveLength(names.length)
    expect(events.filter(({ type }) => type === 'directive.completed')).toHaveLength(1)
    expect(new Set(events.map(({ seq, n }) => `${seq}.${n}`)).size).toBe(events.length)
  }
}

test('the server is killed while directives run: they go on when it is back, and end', async () => {
  const home = makeHome()
  const { env, runs } = await started(home)
  const { pid } = embeddedStatus(home)
  process.kill(pid!, 'SIGKILL')
  writeFileSync(gateOf(home), '')
  for (const { ended } of runs) {
    const { code, stderr, values } = await ended
    expect([code, values().at(-1)], stderr).toMatchObject([0, { state: 'completed' }])
  }
  expect(embeddedStatus(home).pid).not.toBe(pid)
  await expectWhole(env)
  expect(foldersLeft(home)).toEqual([])
})

test('everything is killed, the pid file names a stranger and a stranger has the port: `run` ends what was begun', async () => {
  const home = makeHome()
  const { env, runs } = await started(home)
  const ids = (await runAdjutant(['list', '--json'], { env })).values().map(({ id }) => id)
  const { pid, port } = embeddedStatus(home)
  const victims = [
    Number(readFileSync(path.join(home, 'postgres/watchdog.pid'), 'utf8')),
    ...runs.map((run) => run.pid),
  ]
  const pidFile = path.join(home, 'postgres/state/data/postmaster.pid')
  for (const each of [...victims, pid!]) process.kill(each, 'SIGKILL')
  await Promise.all(runs.map((run) => run.ended))
  await eventually(() => expect([pid!, ...victims].filter((each) => isRunning(each))).toEqual([]))

  const stranger = spawn('sleep', ['600'], { ...owner, cwd: '/' })
  const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n')
  writeFileSync(pidFile, [String(stranger.pid), ...rest].join('\n'))
  const thief = createServer()
  await new Promise<void>((resolve) => thief.listen(port, '127.0.0.1', resolve))
  onTestFinished(() => {
    stranger.kill('SIGKILL')
    thief.close()
  })

  writeFileSync(gateOf(home), '')
  const again = await Promise.all(ids.map((id) => runAdjutant(['run', id], { env })))
  for (const { code, stdout, stderr } of again) expect([code, stderr], stdout).toEqual([0, ''])
  expect(embeddedStatus(home).port).not.toBe(port)
  expect(stranger.exitCode).toBeNull()
  await expectWhole(env)
  expect(foldersLeft(home)).toEqual([])
  expect(processesOf(home).filter((line) => line.includes('sleep 0.25') || line.includes(gateOf(home)))).toEqual([])
})
