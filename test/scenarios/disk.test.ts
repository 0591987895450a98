// What a step puts out, against the room there is for it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { git, thinking } from '../support/thinking.ts'

vi.setConfig({ testTimeout: 180_000 })

const step = (name: string, shell: string, dependsOn: string[] = []) => ({
  ...{ name, type: 'implement', description: `${name} is done`, dependsOn, verifiers: [] },
  contract: { executor: { kind: 'command', shell } },
})

const plain = { requirements: [], acceptanceCriteria: [] }

/** The most memory that a living process has had, in MB. */
const peakOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

test('a step that puts out a gigabyte keeps 20 MB of it and its end, and the process stays small', async () => {
  const world = await thinking()
  const [printed, go] = [join(world.folder, 'printed'), join(world.folder, 'go')]
  const flood = `yes 'one line of a very long story' | head -c 1073741824; echo the end; touch ${printed}`
  const shell = `${flood}; until [ -e ${go} ]; do sleep 0.1; done; echo done > flood.txt`
  const chain = { name: 'flood', steps: [step('flood', shell)] }
  const running = world.start('run', world.directive({ ...plain, chain }))
  await eventually(() => expect(statSync(printed).isFile()).toBe(true), 150_000)
  expect(peakOf(running.pid)).toBeLessThan(500)
  writeFileSync(go, '')
  const { code, stdout, stderr } = await running.ended
  expect([code, stderr], stdout).toEqual([0, ''])
  const { id } = await world.shown()
  const log = await world.adjutant('logs', id, 'flood')
  expect(log.stdout.length).toBeGreaterThan(20_000_000)
  expect(log.stdout.length).toBeLessThan(21_100_000)
  expect(log.stdout).toMatch(/\d+ further bytes not kept; the end was:\]\n[^]*the end\n$/)
  expect(stdout.length).toBeLessThan(100_000)
})

const mount = (...args: string[]) => spawnSync('mount', args, { encoding: 'utf8' }).status === 0

/** A small disk at this place; false: who runs the tests may make none. */
function smallDisk(place: string): boolean {
  mkdirSync(place, { recursive: true })
  if (process.platform !== 'linux' || !mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place)) return false
  onTestFinished(() => void spawnSync('umount', ['--lazy', place]))
  return true
}

test('a full disk for logs costs a log its end; what cannot begin there says why, and goes on when there is room', async ({
  skip,
}) => {
  const world = await thinking()
  const logs = join(world.home, 'contracts')
  if (!smallDisk(logs)) skip('only root may mount a small disk')
  const steps = [
    step('loud', 'yes a line | head -c 5000000; echo done > loud.txt'),
    step('next', 'echo done > next.txt', ['loud']),
  ]
  const chain = { name: 'disk', steps }
  const run = await world.adjutant('run', world.directive({ ...plain, chain }))
  expect(run.code, run.stdout + run.stderr).toBe(3)
  const shown = await world.shown()
  expect(shown.steps).toMatchObject([
    { name: 'loud', state: 'passed' },
    { name: 'next', state: 'blocked' },
  ])
  expect(JSON.stringify(shown.steps[1])).toContain('ENOSPC')
  const evidence = await world.adjutant('evidence', shown.id, 'loud', '--json')
  expect(evidence.stdout).toContain('the log ends early, it could not be written: ENOSPC')

  rmSync(join(logs, shown.id), { recursive: true })
  expect((await world.adjutant('step', 'retry', shown.id, 'next')).code).toBe(0)
  const again = await world.adjutant('run', shown.id)
  expect(again.code, again.stdout + again.stderr).toBe(0)
  expect(git(world.repository, 'show', `adjutant/${shown.id}/result:next.txt`)).toBe('done')
  expect(git(world.repository, 'show', `adjutant/${shown.id}/result:loud.txt`)).toBe('done')
})
