import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageFolder } from './version.ts'

const run = promisify(execFile)

/** A copy of an example that is being run, or was: `current.json` in the example's folder names it. */
export type Current = { id: string; folder: string }

const homeOf = (home: string, name: string): string => join(home, 'examples', name)

/** The run that was begun last, undefined when there was none. */
export async function currentExample(home: string, name: string): Promise<Current | undefined> {
  const text = await readFile(join(homeOf(home, name), 'current.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as Current)
}

/**
 * Makes a fresh copy: the library of the example called `library` (null: it needs none) as a git repository with one
 * commit, and the directive file beside it. A kill at any point leaves either no run or a whole one: the copy gets its
 * name, and becomes the current one, by renaming.
 */
export async function prepareExample(
  home: string,
  { name, library, id }: { name: string; library: string | null; id: string },
): Promise<Current> {
  const source = join(packageFolder, 'examples', name)
  const folder = join(homeOf(home, name), id)
  const partial = `${folder}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  if (library !== null) {
    await cp(join(packageFolder, 'examples', library, 'library'), join(partial, 'library'), { recursive: true })
    await makeRepository(join(partial, 'library'))
  }
  const directive = await readFile(join(source, 'directive.yaml'), 'utf8')
  await writeFile(join(partial, 'directive.yaml'), directive.replaceAll('${EXAMPLE}', source))
  await rm(folder, { recursive: true, force: true })
  await rename(partial, folder)
  const current = { id, folder }
  const draft = join(homeOf(home, name), `current.${process.pid}.json`)
  await writeFile(draft, JSON.stringify(current))
  await rename(draft, join(homeOf(home, name), 'current.json'))
  return current
}

/** The user's own git configuration (signing, hooks, templates) has no part in it. */
async function makeRepository(folder: string): Promise<void> {
  const git = (...args: string[]) =>
    run('git', ['-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgSign=false', '-C', folder, ...args])
  await git('init', '--quiet', '--template=')
  await git('symbolic-ref', 'HEAD', 'refs/heads/main')
  await git('add', '--all')
  const author = ['-c', 'user.name=Example', '-c', 'user.email=example@localhost']
  await git(...author, 'commit', '--quiet', '--message', 'tidy-text, which does not keep its word yet')
}
