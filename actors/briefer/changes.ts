import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Citable, JudgeBrief } from '../../machines/index.ts'
import { type Block, shortened } from '../delimited.ts'
import { baseCommitOf, commitOf } from '../git/index.ts'
import { openSubject } from '../subject.ts'
import type { Surroundings } from '../surroundings.ts'
import { filesIn } from '../contractor/outbox.ts'
import { type FileDiff, linesOf, nothing, parseDiff, type NumberedLine } from './diff.ts'

/** What a judge sees of the work: a block for each file, what may be cited of it, and what was left out. */
export type Changes = { blocks: Block[]; citable: Citable; omitted: string[] }

/** Mark, number, and what parts them from the text. */
const lineHead = 12

// Some 60,000 tokens: fits the models that judge, with room for an answer.
const most = { all: 200_000, file: 40_000, line: 1000, files: 300, scratchFile: 5_000_000 }

/** Written by programs: the last to be shown when not everything fits. */
const generated =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|[^/]+\.lock|pnpm-lock\.yaml|go\.sum|[^/]+\.(min\.(js|css)|map|snap))$/

/** The diff from the base to the delivered commit; without a repository the files that lie in the scratch folder. */
export async function changesIn(surroundings: Surroundings, brief: JudgeBrief): Promise<Changes> {
  const subject = await openSubject(surroundings, brief.directiveId, brief.subject)
  if (subject === null) return shown(scratchFiles(brief.subject.path))
  const { opened, commit } = subject
  const base = (brief.baseCommit && (await commitOf(opened, brief.baseCommit))) ?? (await baseCommitOf(opened))
  // Attributes of the repository may call a file binary to hide it: everything is text here, NUL bytes tell otherwise.
  const options = ['--no-color', '--no-ext-diff', '--no-textconv', '--text', '--find-renames', '--full-index']
  const run = (...more: string[]) => opened.git(['diff', ...options, ...more, base, commit, '--'], { cwd: opened.dir })
  return shown(parseDiff(await run('--raw', '-z'), await run('--patch', '--unified=6')))
}

function scratchFiles(folder: string | null): FileDiff[] {
  if (folder === null || !lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return []
  return filesIn(folder).map((path) => {
    const { size } = lstatSync(join(folder, path))
    const content =
      size > most.scratchFile ? nothing(`(${size} bytes)`) : linesOf(readFileSync(join(folder, path), 'utf8'))
    return { path, status: 'added', ...content }
  })
}

function shown(files: readonly FileDiff[]): Changes {
  const changes: Changes = { blocks: [], citable: {}, omitted: [] }
  const rooms = roomsOf(files)
  for (const file of files) {
    const { path, status, from } = file
    const room = rooms.get(file) ?? 0
    if (room < 1000)
      changes.omitted.push(`${path} (${status}, ${file.lines.length + file.unread} lines of diff) is not shown`)
    else {
      const { text, ranges, cut } = textOf(file, room)
      if (cut > 0) changes.omitted.push(`the last ${cut} lines of the diff of ${path} are not shown`)
      changes.citable[path] = ranges
      const about = { file: path, change: from === undefined ? status : `${status} from ${from}` }
      changes.blocks.push({ name: 'diff', about, text })
    }
  }
  return changes
}

/** How many characters each file gets: the small ones first, so that no large one takes the room of all others. */
function roomsOf(files: readonly FileDiff[]): Map<FileDiff, number> {
  const sizes = files.map((file) => {
    const size = file.lines.reduce((sum, { text }) => sum + Math.min(text.length, most.line) + lineHead, 0)
    return { file, size, late: generated.test(file.path) }
  })
  sizes.sort((one, other) => Number(one.late) - Number(other.late) || one.size - other.size)
  let left = most.all
  return new Map(
    sizes.slice(0, most.files).map(({ file, size }) => {
      const room = Math.min(most.file, left)
      left -= Math.min(room, size)
      return [file, room]
    }),
  )
}

function textOf({ lines, note, unread }: FileDiff, room: number) {
  const text: string[] = note === undefined ? [] : [note]
  const numbers: number[] = []
  let size = 0
  let at = 0
  for (; at < lines.length && size < room; at++) {
    const line = written(lines[at]!)
    text.push(line)
    size += line.length + 1
    const { number } = lines[at]!
    if (number !== null) numbers.push(number)
  }
  return { text: text.join('\n'), ranges: rangesOf(numbers), cut: lines.length - at + unread }
}

const written = ({ mark, number, text }: NumberedLine): string =>
  `${mark} ${String(number ?? '').padStart(6)} | ${shortened(text, most.line).replaceAll('\n', ' ')}`

const rangesOf = (numbers: readonly number[]): [number, number][] => {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges
}
