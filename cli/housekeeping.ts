import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { readHousekeeping } from './retention.ts'
import type { Shell } from './shell.ts'

/** How often it is looked whether it is time. */
const lookMs = 60 * 60_000

/**
 * Lets `gc --apply` run now and then for as long as `use` takes, as `config.yaml` says; of several processes one does it. In
 * a process of its own: it reads through folders, and nobody's turn is to wait for that.
 */
export async function keepingHouse<T>(shell: Shell, use: () => Promise<T>): Promise<T> {
  const { everyMs } = await readHousekeeping(shell)
  if (everyMs === 0) return use()
  const ending = new AbortController()
  let last = Promise.resolve()
  const look = () => {
    if (!ending.signal.aborted && isTime(shell.environment.home, everyMs))
      last = last.then(() => cleanUp(shell, ending.signal))
  }
  look()
  const timer = setInterval(look, Math.min(everyMs, lookMs))
  try {
    return await use()
  } finally {
    clearInterval(timer)
    ending.abort()
    await last
  }
}

/** Says it once in the time, for all processes that share the home; never at the first start. */
function isTime(home: string, everyMs: number): boolean {
  const stamp = join(home, 'last-gc')
  const before = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs
  const now = Date.now()
  if (before !== undefined && Math.abs(now - before) < everyMs) return false
  mkdirSync(home, { recursive: true })
  closeSync(openSync(stamp, 'a'))
  utimesSync(stamp, now / 1000, now / 1000)
  return before !== undefined
}

async function cleanUp({ environment, terminal }: Shell, signal: AbortSignal): Promise<void> {
  const { ADJUTANT_CRASH_AT: _, ADJUTANT_POINTS: __, ...variables } = environment.variables
  // The channel carries nothing: its end tells the child that we were killed.
  const child = spawn(process.execPath, [process.argv[1] as string, 'gc', '--apply', '--json'], {
    env: { ...variables, ADJUTANT_HOME: environment.home },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    signal,
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve).on('error', () => resolve(null)))
  const [code, words] = await Promise.all([ended, text(child.stderr as Readable).catch(() => '')])
  if (signal.aborted) return
  const summary = words
    .trim()
    .split('\n')
    .findLast((line) => code !== 0 || / in \d+ places? removed\.$/.test(line))
  if (code !== 0) terminal.warn(`adjutant: cleaning up did not succeed: ${summary}`)
  else if (summary !== undefined && !summary.includes(' in 0 places')) terminal.say(`Cleaned up: ${summary}`)
}
