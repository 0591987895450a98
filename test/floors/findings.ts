// Pure: what is wrong with names, sizes and words, given a tree that was read.
import { floors, topLevel } from './rules.ts'
import type { Imports, Tree } from './tree.ts'

const bannedNames = new Set(
  'util utils helper helpers common lib libs type types interface interfaces manager managers service services'.split(
    ' ',
  ),
)
const domainWords = /directive|(?<!micro|macro)step|contract|approval|verifier|planner/i
const longest = 300

const inFloor = (path: string) => floors.some((floor) => path.startsWith(`${floor}/`))
const nameOf = (path: string) => path.replace(/\/$/, '').split('/').at(-1) ?? ''

/** Visible folders beside the known ones. */
export const strangeFolders = ({ paths }: Tree) =>
  paths
    .filter((path) => /^[^/]+\/$/.test(path) && !topLevel.includes(path.slice(0, -1)))
    .map((path) => `${path} is no floor: the top level holds ${topLevel.join(', ')}`)

/** Names that say nothing, and names that are not kebab-case. */
export const poorNames = ({ paths }: Tree) =>
  paths.flatMap((path) => {
    const words = nameOf(path).split(/[-_.]/)
    const banned = words.filter((word) => bannedNames.has(word))
    const isCode = /\.(ts|mjs|js)$/.test(path) || path.endsWith('/')
    return [
      ...banned.map((word) => `${path}: "${word}" says nothing; name the concept`),
      ...(isCode && /[A-Z_ ]/.test(nameOf(path)) ? [`${path}: names are kebab-case`] : []),
    ]
  })

/** The runtime hosts any machine: it never says what ours are about. */
export const domainInRuntime = ({ files }: Tree) =>
  files
    .filter(({ path }) => path.startsWith('runtime/'))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, i) => (domainWords.test(line) ? [`${path}:${i + 1} names the domain: ${line.trim()}`] : [])),
    )

export const longFiles = ({ files }: Tree) =>
  files
    .filter(({ path, lines }) => inFloor(path) && lines > longest)
    .map(({ path, lines }) => `${path} has ${lines} lines; ${longest} is the most`)

/**
 * A check that reads nothing finds nothing: dependency-cruiser exits 0 without a word when it cannot load the
 * TypeScript it finds. So what it saw is compared with what lies on disk.
 */
export function unreadFiles({ files }: Tree, { modules }: Imports) {
  const read = new Set(modules.map(({ source }) => source))
  const onDisk = files.filter(({ path }) => /\.(ts|mjs)$/.test(path))
  const missed = onDisk.filter(({ path }) => !read.has(path))
  const imports = modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0)
  return [
    ...(onDisk.some(({ path }) => inFloor(path)) ? [] : ['no source file was found: nothing was checked']),
    ...missed.map(({ path }) => `${path} was not read by dependency-cruiser`),
    ...(onDisk.length > 0 && imports === 0 ? ['not one import was seen: dependency-cruiser reads no TypeScript'] : []),
  ]
}

/** Sizes of the product's TypeScript, for the report. */
export function sizes({ files }: Tree) {
  const lines = files
    .filter(({ path }) => inFloor(path) && path.endsWith('.ts'))
    .map((file) => file.lines)
    .sort((a, b) => a - b)
  return { files: lines.length, median: lines[Math.floor(lines.length / 2)] ?? 0, longest: lines.at(-1) ?? 0 }
}
