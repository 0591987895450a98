import { access, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { isPlaceholder } from '../actors/index.ts'
import { git } from './repository.ts'

/** What `init` finds in the folder it writes for. */
export type Survey = {
  name: string
  /** Top folder of the git repository, relative to the file; undefined outside of one. */
  top: string | undefined
  branch: string | undefined
  /** The command that prepares a fresh checkout, with the file that told. */
  setup: { argv: string[]; because: string } | undefined
  /** The command that runs the tests, with the file that told. */
  test: { argv: string[]; because: string } | undefined
}

export async function surveyRepository(folder: string): Promise<Survey> {
  const top = await git(folder, 'rev-parse', '--show-toplevel')
  const branch = top && (await git(folder, 'symbolic-ref', '--quiet', '--short', 'HEAD'))
  const hasCommit = top && (await git(folder, 'rev-parse', '--verify', '--quiet', 'HEAD'))
  const root = top ?? folder
  return {
    name: basename(root),
    top: hasCommit ? relative(folder, top) || '.' : undefined,
    branch: branch || undefined,
    setup: await first(root, setups),
    test: (await nodeTests(root)) ?? (await first(root, tests)),
  }
}

type Hint = { file: string; argv: string[] }

/** By lock file, which only the package manager that is really used keeps. */
const setups: Hint[] = [
  { file: 'package-lock.json', argv: ['npm', 'ci'] },
  { file: 'pnpm-lock.yaml', argv: ['pnpm', 'install', '--frozen-lockfile'] },
  { file: 'yarn.lock', argv: ['yarn', 'install', '--frozen-lockfile'] },
  { file: 'bun.lock', argv: ['bun', 'install', '--frozen-lockfile'] },
  { file: 'uv.lock', argv: ['uv', 'sync'] },
  { file: 'poetry.lock', argv: ['poetry', 'install'] },
]

const tests: Hint[] = [
  { file: 'Cargo.toml', argv: ['cargo', 'test'] },
  { file: 'go.mod', argv: ['go', 'test', './...'] },
  { file: 'pyproject.toml', argv: ['python', '-m', 'pytest'] },
  { file: 'Makefile', argv: ['make', 'test'] },
]

async function first(root: string, hints: Hint[]): Promise<Survey['setup']> {
  for (const { file, argv } of hints) {
    const there = await access(join(root, file)).then(
      () => true,
      () => false,
    )
    if (there) return { argv, because: file }
  }
  return undefined
}

async function nodeTests(root: string): Promise<Survey['test']> {
  const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, string> }
    return scripts?.test && !isPlaceholder(scripts.test)
      ? { argv: ['npm', 'test'], because: 'package.json' }
      : undefined
  } catch {
    return undefined
  }
}
