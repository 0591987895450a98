import type { ContractBrief, Evidence, Workspace } from '../../machines/index.ts'
import { attemptTrailer, contractTrailer, type Git } from '../git/index.ts'
import { inWorktree, snapshotTree } from '../workspace/index.ts'
import { filesIn } from './outbox.ts'

export type Branched = { path: string; branch: string; baseCommit: string }
type Changes = Pick<Evidence, 'commit' | 'modifiedFiles' | 'modifiedFilesOmitted' | 'diffStat'>

export const branched = ({ path, branch, baseCommit }: Workspace): Branched | null =>
  branch === null || baseCommit === null ? null : { path, branch, baseCommit }

/** The commit of this very attempt, when an activity that died after making it has left it. */
export async function deliveredCommit(git: Git, at: Branched, contract: ContractBrief): Promise<string | null> {
  const trailers = [contractTrailer, attemptTrailer].map((key) => `%(trailers:key=${key},valueonly,separator=%x20)`)
  const format = ['%H', ...trailers].join('%x00')
  const [commit, id, attempt] = (
    await git(['log', '-1', `--format=${format}`, `refs/heads/${at.branch}`, '--'], inWorktree(at.path))
  )
    .trimEnd()
    .split('\0')
  return id === contract.id && attempt === String(contract.attempt) ? (commit as string) : null
}

/** Commits all there is as what this attempt delivers; also when nothing changed, so that it is found again. */
export async function deliver(git: Git, at: Branched, contract: ContractBrief, summary: string): Promise<string> {
  const subject = contract.name.replaceAll(/\s+/g, ' ')
  const body = summary === '' ? [] : [summary]
  // A paragraph of their own, the last one: trailers among the executor's words are none.
  const trailers = `${contractTrailer}: ${contract.id}\n${attemptTrailer}: ${contract.attempt}\n`
  return snapshotTree(git, at.path, at, [subject, ...body, trailers].join('\n\n'))
}

export const tipOf = async (git: Git, at: Branched): Promise<string> =>
  (await git(['rev-parse', `refs/heads/${at.branch}`], inWorktree(at.path))).trim()

const maxFiles = 2000

/** What a commit changed since the contract's base. Renames count as both paths: both were touched. */
export async function changesIn(git: Git, at: Branched, commit: string): Promise<Changes> {
  const options = ['--numstat', '-z', '--no-renames', '--no-ext-diff', '--no-textconv']
  const listing = await git(['diff', ...options, at.baseCommit, commit, '--'], inWorktree(at.path))
  const rows = listing
    .split('\0')
    .filter((row) => row !== '')
    .map((row) => row.split('\t'))
  // A binary file has "-" for numbers.
  const sum = (column: 0 | 1) => rows.reduce((total, row) => total + (Number(row[column]) || 0), 0)
  return {
    commit,
    ...limited(rows.map((row) => row.slice(2).join('\t')).sort()),
    diffStat: { files: rows.length, insertions: sum(0), deletions: sum(1) },
  }
}

/** A folder without a repository has no lines to count: all that lies in it is what was made. */
export function filesMade(folder: string): Changes {
  const files = filesIn(folder)
  return { commit: null, ...limited(files), diffStat: { files: files.length, insertions: 0, deletions: 0 } }
}

const limited = (files: string[]) => ({
  modifiedFiles: files.slice(0, maxFiles),
  modifiedFilesOmitted: Math.max(0, files.length - maxFiles),
})
