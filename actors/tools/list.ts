import { lstatSync, readdirSync, type Dirent } from 'node:fs'
import { z } from 'zod'
import { type Held, isGit, withFolder, withSubfolder, within } from './confinement.ts'
import type { Tool } from './tool.ts'

const maxEntries = 500

/** Named, not entered: what is in there was made by a program and fills pages. */
const unread = new Set(['node_modules', '.venv', '__pycache__', 'target'])

export const list: Tool<{ path?: string | null; depth?: number | null }> = {
  name: 'list',
  description:
    'List the files of a folder of the workspace with their sizes in bytes; folders end in "/", symbolic links in "@".',
  arguments: z.strictObject({
    path: z.string().nullish().describe('Relative to the workspace. Default: the workspace itself.'),
    depth: z.number().int().min(1).max(6).nullish().describe('How many levels. Default 2.'),
  }),
  reads: true,
  use: ({ path, depth }, { root }) => {
    const lines: string[] = []
    const whole = withFolder(root, path ?? '.', (folder) => collect(folder, '', depth ?? 2, lines))
    const more = whole ? [] : [`[only the first ${maxEntries} entries]`]
    const text = lines.length === 0 ? '[an empty folder]' : [...lines, ...more].join('\n')
    return { text, line: `listed ${path ?? '.'}`, mark: `list ${path ?? '.'} ${depth ?? 2}` }
  },
}

/** false: there was more than there is room for. */
function collect(folder: Held, indent: string, depth: number, lines: string[]): boolean {
  const entries = readdirSync(within(folder, '.'), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isGit(entry.name)) continue
    if (lines.length === maxEntries) return false
    lines.push(indent + described(folder, entry))
    if (!entry.isDirectory() || depth === 1 || unread.has(entry.name)) continue
    if (!entered(folder, entry.name, (inner) => collect(inner, `${indent}  `, depth - 1, lines))) return false
  }
  return true
}

// A folder that vanished or was exchanged meanwhile, or that we may not enter, is listed without what is in it.
function entered(folder: Held, name: string, use: (inner: Held) => boolean): boolean {
  try {
    return withSubfolder(folder, name, use)
  } catch {
    return true
  }
}

function described(folder: Held, entry: Dirent): string {
  if (entry.isDirectory()) return `${entry.name}/`
  if (entry.isSymbolicLink()) return `${entry.name}@`
  const stats = lstatSync(within(folder, entry.name), { throwIfNoEntry: false })
  return `${entry.name} ${stats?.size ?? '?'}`
}
