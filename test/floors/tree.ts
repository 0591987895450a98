// What the floors check reads: the files as they lie on disk, and the imports as dependency-cruiser sees them.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cruise, type ICruiseResult, type IModule } from 'dependency-cruiser'
import { forbidden, options, topLevel } from './rules.ts'

const unread = new Set(['node_modules', 'dist', 'coverage', 'library'])
const isSource = (path: string) => /\.(ts|mts|mjs|js|sql)$/.test(path)

export type SourceFile = { path: string; text: string; lines: number }
/** `paths`: every file and folder, relative to the root, folders with a slash behind; `files`: sources with text. */
export type Tree = { paths: string[]; files: SourceFile[] }

/** Reads the visible tree below `root`; generated and installed folders are not part of it. */
export async function readTree(root: string): Promise<Tree> {
  const paths: string[] = []
  const visit = async (folder: string) => {
    const entries = await readdir(join(root, folder), { withFileTypes: true })
    for (const entry of entries.filter((e) => !e.name.startsWith('.') && !unread.has(e.name))) {
      const path = folder + entry.name
      paths.push(entry.isDirectory() ? `${path}/` : path)
      if (entry.isDirectory()) await visit(`${path}/`)
    }
  }
  await visit('')
  const files = await Promise.all(
    paths
      .filter((path) => isSource(path) && topLevel.some((folder) => path.startsWith(`${folder}/`)))
      .map(async (path) => {
        const text = await readFile(join(root, path), 'utf8')
        return { path, text, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) }
      }),
  )
  return { paths, files }
}

export type Imports = { modules: IModule[]; violations: string[] }

/** Every import below `root`, and those that the rules of .dependency-cruiser.mjs forbid. */
export async function readImports(root: string, folders: string[]): Promise<Imports> {
  if (folders.length === 0) return { modules: [], violations: [] }
  const { output } = await cruise(folders, {
    ...options,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden },
  })
  const { modules, summary } = output as ICruiseResult
  const violations = summary.violations.map(({ rule, from, to }) => {
    const why = forbidden.find(({ name }) => name === rule.name)?.comment
    return `${from} imports ${to}: ${rule.name}${why ? ` (${why})` : ''}`
  })
  return {
    modules: modules.filter(({ source }) => /^[a-z]+\//.test(source) && !source.includes('node_modules')),
    violations,
  }
}
