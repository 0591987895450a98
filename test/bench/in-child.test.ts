import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { endAll, inChild } from '../../bench/in-child.ts'
import { eventually } from '../support/eventually.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'bench-test-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const fixture = (name: string) => ({ kind: 'describe' as const, file: `../test/bench/fixtures/${name}.ts` })
const isGone = (pid: number) => {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}

test('what fails is reported in its own words', async () => {
  await expect(inChild(fixture('failing'), 30_000)).rejects.toThrow('this one does not want to')
})

test('what ends all also ends what a measurement has started', async () => {
  process.env['SAY_TO'] = path.join(folder, 'pid')
  const refused = inChild(fixture('hanging'), 60_000).catch(String)
  const pid = await eventually(
    () => Number(readFileSync(path.join(folder, 'pid'), 'utf8')) || Promise.reject('none yet'),
  )
  expect(isGone(pid)).toBe(false)
  endAll()
  expect(await refused).toContain('SIGKILL')
  await eventually(() => expect(isGone(pid)).toBe(true))
})

test('what takes too long is ended with what it has started', async () => {
  process.env['SAY_TO'] = path.join(folder, 'pid')
  await expect(inChild(fixture('hanging'), 6_000)).rejects.toThrow('took longer than 6 s')
  const pid = await eventually(() => Number(readFileSync(path.join(folder, 'pid'), 'utf8')))
  await eventually(() => expect(isGone(pid)).toBe(true))
})
