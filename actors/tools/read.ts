import { readSync } from 'node:fs'
import { z } from 'zod'
import { withFile } from './confinement.ts'
import { Refusal, type Tool } from './tool.ts'

/** Of a file that is longer only the beginning is looked at. */
const maxScanned = 8 * 1024 * 1024
const maxText = 40_000
const maxLine = 2000
const maxLines = 1000

export const read: Tool<{ path: string; from?: number | null; lines?: number | null }> = {
  name: 'read',
  description: `Read a text file of the workspace. Each line is shown as its number, a tab, and the line itself. At most ${maxLines} lines at a time.`,
  arguments: z.strictObject({
    path: z.string().describe('Relative to the workspace.'),
    from: z.number().int().min(1).nullish().describe('The first line. Default 1.'),
    lines: z.number().int().min(1).max(maxLines).nullish().describe(`How many. Default ${maxLines}.`),
  }),
  reads: true,
  use: ({ path, from, lines }, { root }) => {
    const { all, whole } = withFile(root, path, (fd, bytes) => linesOf(fd, bytes, path))
    const first = from ?? 1
    if (first > Math.max(1, all.length))
      throw new Refusal('file.no_such_line', `${path} has ${all.length} lines${whole ? '' : ' within reach'}`)
    const shown = numbered(all.slice(first - 1, first - 1 + (lines ?? maxLines)), first)
    const last = first - 1 + shown.length
    const rest = last < all.length || !whole ? [ending(last, all.length, whole)] : []
    const text = all.length === 0 ? '[an empty file]' : [...shown, ...rest].join('\n')
    return { text, line: `read ${path}`, mark: `read ${path} ${first} ${last}` }
  },
}

function linesOf(fd: number, bytes: number, path: string): { all: string[]; whole: boolean } {
  const buffer = Buffer.alloc(Math.min(bytes, maxScanned))
  const text = buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0))
  if (text.subarray(0, 8000).includes(0)) throw new Refusal('file.binary', `${path} is binary (${bytes} bytes)`)
  const all = text.toString('utf8').split(/\r?\n/)
  // The end of the last line is no line of its own.
  if (all.at(-1) === '') all.pop()
  return { all, whole: bytes <= maxScanned }
}

function numbered(lines: string[], first: number): string[] {
  const shown: string[] = []
  let room = maxText
  for (const [i, line] of lines.entries()) {
    const cut = line.length > maxLine ? `${line.slice(0, maxLine)} [${line.length - maxLine} more characters]` : line
    room -= cut.length + 8
    if (room < 0 && shown.length > 0) break
    shown.push(`${first + i}\t${cut}`)
  }
  return shown
}

const ending = (last: number, count: number, whole: boolean): string =>
  last < count
    ? `[${whole ? '' : 'more than '}${count - last} further lines: read on from line ${last + 1}]`
    : `[the file goes on beyond its first ${maxScanned} bytes: search in it instead]`
