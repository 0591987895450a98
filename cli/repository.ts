import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { DirectiveFile, Problem } from '../machines/index.ts'

const run = promisify(execFile)

/** Output of a git command that only reads, without its final line end; undefined when git says no. */
export async function git(folder: string, ...args: string[]): Promise<string | undefined> {
  const safe = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', '-c', 'safe.directory=*']
  try {
    return (await run('git', [...safe, '-C', folder, ...args], { encoding: 'utf8', timeout: 20_000 })).stdout.trimEnd()
  } catch {
    return undefined
  }
}

/** What keeps this machine from working on the directive's repository. */
export async function repositoryMistakes({ repository }: DirectiveFile): Promise<Problem[]> {
  if (!repository?.path) return []
  const { path, baseRef } = repository
  const mistake = (code: string, message: string, suggestion: string, key = 'path'): Problem[] => [
    { code, path: ['repository', key], message, suggestion },
  ]
  const kind = await stat(path).catch(() => undefined)
  if (!kind) return mistake('repository.missing', `${path} does not exist`, 'relative paths count from the file')
  if (!kind.isDirectory())
    return mistake('repository.not_folder', `${path} is no folder`, 'name the folder of a repository')
  const top = await git(path, 'rev-parse', '--git-dir')
  if (top === undefined) {
    return mistake(
      'repository.not_git',
      `${path} is no git repository`,
      'make it one: git init && git add . && git commit',
    )
  }
  const prefix = await git(path, 'rev-parse', '--show-prefix')
  if (prefix) {
    const all = (await git(path, 'rev-parse', '--show-toplevel')) ?? 'a repository'
    return mistake('repository.not_top', `${path} is a folder inside the git repository ${all}`, 'name its top folder')
  }
  const commit = await git(path, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${baseRef}^{commit}`)
  if (commit !== undefined) return []
  const refs = await git(path, 'for-each-ref', '--format=%(refname:short)', '--count=500', 'refs/heads', 'refs/tags')
  // Branches of earlier directives would fill the list; one of the user's own is what was meant.
  const own = (refs ?? '').split('\n').filter((name) => name && !name.startsWith('adjutant/'))
  const known = refs ? `known: ${own.slice(0, 8).join(', ')}` : 'the repository has no commit yet: make one'
  return mistake('repository.unknown_ref', `${path} has no "${baseRef}"`, known, 'baseRef')
}
