import { styleText } from 'node:util'
import type { Environment } from './environment.ts'

type Style = Parameters<typeof styleText>[0]

/** Where a command writes. With `json`, stdout carries NDJSON only and people's words go to stderr. */
export type Terminal = {
  json: boolean
  /** Whether a block may be repainted in place. */
  live: boolean
  /** As wide and high as it is now. */
  readonly columns: number
  readonly rows: number
  /** A line for people. */
  say(line?: string): void
  /** A line that is always for stderr: refusals, hints. */
  warn(line: string): void
  /** A value for programs: one line of JSON; nothing without `json`. */
  data(value: unknown): void
  /** Writes raw to the people's stream: the progress block. */
  raw(text: string): void
  style(style: Style, text: string): string
  /** Whatever is said from now on is written by way of `around`, which moves what it has painted aside; until it is undone. */
  hold(around: (write: () => void) => void): () => void
  /** Calls when its size has changed, until it is undone. */
  onResize(listener: () => void): () => void
}

type Streams = { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream }

export function openTerminal(
  environment: Pick<Environment, 'color' | 'repaint'>,
  options: { json: boolean },
  streams: Streams = process,
): Terminal {
  const people = options.json ? streams.stderr : streams.stdout
  const colored = environment.color === 'always' || (environment.color === 'auto' && people.isTTY === true)
  const directly = (write: () => void) => write()
  let around = directly
  return {
    json: options.json,
    // Values on the same screen would run into the block.
    live: people.isTTY === true && environment.repaint && !(options.json && streams.stdout.isTTY === true),
    // A terminal that does not know its size (docker -t, script) says 0.
    get columns() {
      return people.columns || 100
    },
    get rows() {
      return people.rows || 24
    },
    say: (line = '') => around(() => people.write(`${line}\n`)),
    warn: (line) => around(() => streams.stderr.write(`${line}\n`)),
    data: (value) => void (options.json && streams.stdout.write(`${JSON.stringify(value)}\n`)),
    raw: (text) => void people.write(text),
    // What comes out of files, agents and databases is text, never commands to the terminal.
    style: (style, text) => (colored ? styleText(style, text, { validateStream: false }) : text),
    hold: (painter) => {
      around = painter
      return () => void (around = directly)
    },
    onResize: (listener) => {
      people.on('resize', listener)
      return () => void people.off('resize', listener)
    },
  }
}

/** Removes control characters (escape sequences foremost) from text that others wrote; keeps tabs and line ends. */
export const plain = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')

/** `1m 05s`, `2h 03m`; below ten seconds with one decimal. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)}s`
  if (seconds < 60) return `${Math.floor(seconds)}s`
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3600)}h ${two((seconds % 3600) / 60)}m`
}

/** Columns padded to their widest cell, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
