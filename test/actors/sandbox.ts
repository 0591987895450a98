import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'

/** The test runs as a child of these, so their variables prove nothing about what it left behind. */
const ownRun = process.env['ADJUTANT_RUN']

const folders: string[] = []

/** A fresh folder, gone after the test. */
export function sandbox(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adjutant-actors-'))
  folders.push(folder)
  return folder
}

afterEach(async () => {
  await eventually(() => expect(adjutantProcesses(), 'processes left running').toEqual([]))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
})

/** Polls until the assertion holds. */
export async function eventually(assertion: () => void | Promise<void>, timeoutMs = 5000) {
  const until = performance.now() + timeoutMs
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** What lives and was started by an Adjutant of this test run: command lines. */
export const adjutantProcesses = (): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return []
      const run = readFileSync(`/proc/${pid}/environ`, 'latin1')
        .split('\0')
        .find((variable) => variable.startsWith('ADJUTANT_RUN='))
      if (run === undefined || run === `ADJUTANT_RUN=${ownRun}` || !run.startsWith(`ADJUTANT_RUN=${runPrefix}`))
        return []
      return [`${run} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`]
    } catch {
      return []
    }
  })

/** Begins every idempotency key of this file, so that test files running beside it are not looked at. */
export const runPrefix = `test-${process.pid}-`
let keys = 0
export const freshKey = () => `${runPrefix}${++keys}`
