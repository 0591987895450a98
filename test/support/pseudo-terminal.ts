import { spawn, spawnSync } from 'node:child_process'
import path from 'node:path'
import { Screen } from './screen.ts'

const root = path.resolve(import.meta.dirname, '../..')
const python = ['python3', 'python'].find(
  (name) => spawnSync(name, ['-c', 'import fcntl, termios, sys; sys.exit(sys.version_info < (3, 9))']).status === 0,
)

/** Why there is no pseudo-terminal here; undefined: there is one. */
export const noTerminal = python
  ? undefined
  : 'no python3 (3.9 or newer, with its modules fcntl and termios) on this machine'

export type OnTerminal = {
  pid: number
  screen: Screen
  /** All that was written, sequences included. */
  output(): string
  type(text: string): void
  resize(rows: number, columns: number): void
  /** The terminal is closed, as a window is. */
  hangUp(): void
  ended: Promise<{ code: number }>
  /** Closes the terminal and waits for the end, whatever it is. */
  close(): Promise<void>
}

type Options = { env?: Record<string, string>; rows?: number; columns?: number; command?: readonly string[] }

/** Starts the command line at a terminal of its own. */
export function adjutantAtTerminal(
  args: readonly string[],
  {
    env = {},
    rows = 30,
    columns = 100,
    command = [process.execPath, path.join(root, 'cli/adjutant.mjs')],
  }: Options = {},
): OnTerminal {
  const helper = path.join(import.meta.dirname, 'at-terminal.py')
  const child = spawn(python!, [helper, String(rows), String(columns), ...command, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH!, HOME: process.env.HOME ?? '/', TERM: 'xterm-256color', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const screen = new Screen(rows, columns)
  let output = ''
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    screen.write(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdin.on('error', () => undefined) // it has ended meanwhile
  const order = (value: object) => void child.stdin.write(`${JSON.stringify(value)}\n`)
  const ended = new Promise<{ code: number }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      const code = /(-?\d+)\n$/.exec(said)?.[1]
      if (code === undefined) reject(new Error(said))
      else resolve({ code: Number(code) })
    })
  })
  return {
    pid: child.pid!,
    screen,
    output: () => output,
    type: (text) => order({ text }),
    resize: (newRows, newColumns) => {
      screen.resize(newRows, newColumns)
      order({ size: [newRows, newColumns] })
    },
    hangUp: () => order({ hangup: true }),
    ended,
    close: async () => {
      if (child.exitCode === null) order({ hangup: true })
      await ended.catch(() => undefined)
    },
  }
}
