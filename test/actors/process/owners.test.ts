import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { registerOwner, sweepDeadOwners, sweepLeftovers } from '../../../actors/process/index.ts'
import { adjutantProcesses, eventually, freshKey, sandbox } from '../sandbox.ts'

const owner = join(import.meta.dirname, '../fixtures/crashing-owner.ts')
const running: ChildProcess[] = []

afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')))

async function startOwner(home: string, marker: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [owner, home, marker], { stdio: ['ignore', 'pipe', 'inherit'] })
  running.push(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  await eventually(() => expect(adjutantProcesses().filter((line) => line.includes(`${marker} sleep`))).toHaveLength(3))
  return child
}

async function crash(child: ChildProcess) {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('what a SIGKILLed owner left running is killed by the next start, daemons too', async () => {
  const home = sandbox()
  const child = await startOwner(home, `${freshKey()}/1`)
  await crash(child)
  const [owner = ''] = readdirSync(join(home, 'processes'))
  const temporary = join(home, 'tmp', owner.replace('.json', ''), 'abc')
  mkdirSync(temporary, { recursive: true })
  expect(adjutantProcesses().length).toBeGreaterThanOrEqual(3)

  expect(await sweepDeadOwners(home)).toBeGreaterThanOrEqual(3)
  expect(adjutantProcesses()).toEqual([])
  expect(readdirSync(join(home, 'processes'))).toEqual([])
  expect(readdirSync(join(home, 'tmp'))).toEqual([])
})

test('children of an owner that lives are let be', async () => {
  const home = sandbox()
  const child = await startOwner(home, `${freshKey()}/1`)
  registerOwner(home)
  expect(await sweepDeadOwners(home)).toBe(0)
  expect(adjutantProcesses().length).toBeGreaterThanOrEqual(3)
  expect(readdirSync(join(home, 'processes'))).toHaveLength(2)
  await crash(child)
  await sweepDeadOwners(home)
})

test('a pid that was used again is not taken for the owner', async () => {
  const home = sandbox()
  const id = registerOwner(home)
  const file = join(home, 'processes', `${id}.json`)
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), startedAt: '1' }))
  await sweepDeadOwners(home)
  expect(readdirSync(join(home, 'processes'))).toEqual([])
})

test('an owner file cut short by a crash stops nothing', async () => {
  const home = sandbox()
  registerOwner(home)
  writeFileSync(join(home, 'processes', 'broken.json'), '{"pid":')
  await sweepDeadOwners(home)
  expect(readdirSync(join(home, 'processes'))).toHaveLength(1)
})

test('an attempt kills what earlier attempts of the same activity left, and nothing else, nor under another home', async () => {
  const home = sandbox()
  const key = freshKey()
  const first = await startOwner(home, `${key}/1`)
  const other = await startOwner(home, `${freshKey()}/1`)
  await crash(first)
  expect(await sweepLeftovers(home, key, 1)).toBe(0)
  expect(await sweepLeftovers(sandbox(), key, 2)).toBe(0)
  expect(await sweepLeftovers(home, key, 2)).toBeGreaterThanOrEqual(3)
  expect(adjutantProcesses().filter((line) => line.includes('sleep 4711'))).toHaveLength(4)
  await crash(other)
  await sweepDeadOwners(home)
})
