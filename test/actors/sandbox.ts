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
  try {
    await eventually(() => expect(adjutantProcesses(), 'processes left running').toEqual([]))
  } finally {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  }
})

/** Polls until the assertion holds. */
export async function eventually<T>(assertion: () => T | Promise<T>, timeoutMs = 60_000) {
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

/** What lives and was started by an Adjutant of this test file: the run it belongs to, and its command line. */
export const adjutantProcesses = () =>
  processesWith('ADJUTANT_RUN', (run) => run !== ownRun && run.startsWith(runPrefix))

/** Living processes by a variable of their environment: its value, and the command line. */
export const processesWith = (name: string, matches: (value: string) => boolean): string[] =>
  readdirSync('/proc').flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid)) return []
      const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
      const value = variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1)
      if (value === undefined || !matches(value)) return []
      return [`${name}=${value} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`]
    } catch {
      return []
    }
  })

/** Begins every idempotency key of this file, so that test files running beside it are not looked at. */
export const runPrefix = `test-${process.pid}-`
let keys = 0
export const freshKey = () => `${runPrefix}${++keys}`
