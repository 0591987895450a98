import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '../..')

export type Ended = {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Every line of stdout, parsed. Throws when one is not JSON. */
  values(): any[]
}

export type Running = {
  pid: number
  /** The output so far. */
  stdout(): string
  stderr(): string
  kill(signal?: NodeJS.Signals): void
  ended: Promise<Ended>
}

export type Surroundings = { cwd?: string; env?: Record<string, string> }

/** Starts the command line as a process of its own. It sees nothing of this process's environment but the PATH. */
export function startAdjutant(args: readonly string[], { cwd = root, env = {} }: Surroundings = {}): Running {
  const child = spawn(process.execPath, [path.join(root, 'cli/adjutant.mjs'), ...args], {
    cwd,
    env: { PATH: process.env.PATH!, HOME: process.env.HOME ?? '/', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const lines = () => output.stdout.split('\n').filter(Boolean)
      resolve({ code, signal, ...output, values: () => lines().map((line) => JSON.parse(line)) })
    })
  })
  return {
    pid: child.pid!,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal) => void child.kill(signal),
    ended,
  }
}

export const runAdjutant = (args: readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  startAdjutant(args, surroundings).ended

/** A folder that others may look into, since a server started by root runs as somebody else. */
export function makeFolder(): { path: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'adjutant-cli-'))
  chmodSync(folder, 0o711)
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
