import { domainInRuntime, longFiles, poorNames, sizes, strangeFolders, unreadFiles } from './findings.ts'
import { topLevel } from './rules.ts'
import { readImports, readTree } from './tree.ts'

export type Report = { findings: string[]; imports: number; files: number; median: number; longest: number }

/** Checks the tree below `root` (an absolute path). */
export async function checkFloors(root: string): Promise<Report> {
  const tree = await readTree(root)
  const folders = topLevel.filter((folder) => tree.files.some(({ path }) => path.startsWith(`${folder}/`)))
  const imports = await readImports(root, folders)
  return {
    findings: [
      ...unreadFiles(tree, imports),
      ...imports.violations,
      ...strangeFolders(tree),
      ...poorNames(tree),
      ...domainInRuntime(tree),
      ...longFiles(tree),
    ],
    imports: imports.modules.reduce((sum, { dependencies }) => sum + dependencies.length, 0),
    ...sizes(tree),
  }
}
