/** A line of a diff. `number`: in the new version of the file; null: removed. */
export type NumberedLine = { mark: '+' | '-' | ' '; number: number | null; text: string }

export type FileDiff = {
  path: string
  status: string
  /** The name before, of one that was renamed or copied. */
  from?: string
  lines: NumberedLine[]
  /** In place of lines: why there are none. */
  note?: string
  /** Lines of the diff beyond those that were looked at. */
  unread: number
}

/** Of one file; more is not shown anyhow, and a diff may have a gigabyte. */
const longest = 400_000

const statuses: Record<string, string> = {
  A: 'added',
  C: 'copied',
  D: 'deleted',
  M: 'modified',
  R: 'renamed',
  T: 'changed in type',
}

/** Puts together `git diff --raw -z`, which says the names as they are, and `git diff --patch`, in the same order. */
export function parseDiff(raw: string, patch: string): FileDiff[] {
  // No line within a hunk begins like this: they all have a mark before them. Not by `^`, which also stands behind a \r.
  const patches = patch.split(/(?<=\n)(?=diff --git )/).filter((each) => each !== '')
  return entriesOf(raw).map(({ patches: count, ...entry }) => ({
    ...entry,
    ...linesOfPatches(patches.splice(0, count)),
  }))
}

function entriesOf(raw: string) {
  const words = raw.split('\0')
  const entries: { path: string; status: string; from?: string; patches: number }[] = []
  while (words.length > 1) {
    const letter = words.shift()!.split(' ').at(-1)!.charAt(0)
    const from = letter === 'R' || letter === 'C' ? words.shift() : undefined
    const path = words.shift() ?? ''
    // A file that becomes a link is written as one deleted and one added.
    const patches = letter === 'T' ? 2 : 1
    entries.push({ path, status: statuses[letter] ?? 'changed', ...(from !== undefined && { from }), patches })
  }
  return entries
}

const linesOfPatches = (patches: readonly string[]): Content => {
  if (patches.some((patch) => patch.includes('\0'))) return nothing('(binary)')
  const lines = patches.flatMap((patch) => linesOfPatch(patch.slice(0, longest)))
  const unread = patches.reduce((sum, patch) => sum + lineEnds(patch.slice(longest)), 0)
  return lines.length === 0 ? nothing('(no line was changed)') : { lines, unread }
}

function linesOfPatch(patch: string): NumberedLine[] {
  const lines: NumberedLine[] = []
  let number = 0
  let within = false
  for (const line of patch.replace(/\n$/, '').split('\n')) {
    const start = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)?.[1]
    if (start !== undefined) {
      within = true
      number = Number(start)
    } else if (within && line.startsWith('-')) lines.push({ mark: '-', number: null, text: line.slice(1) })
    else if (within && !line.startsWith('\\')) {
      lines.push({ mark: line.startsWith('+') ? '+' : ' ', number: number++, text: line.slice(1) })
    }
  }
  return lines
}

/** A whole file as a diff that adds it. */
export const linesOf = (whole: string): Content => {
  if (whole.includes('\0')) return nothing('(binary)')
  const read = whole.slice(0, longest)
  const lines = read.replace(/\n$/, '').split('\n')
  return {
    lines: lines.map((text, index) => ({ mark: '+', number: index + 1, text })),
    unread: lineEnds(whole.slice(longest)),
  }
}

export type Content = Pick<FileDiff, 'lines' | 'note' | 'unread'>

export const nothing = (note: string): Content => ({ lines: [], note, unread: 0 })

const lineEnds = (text: string): number => text.split('\n').length - 1
