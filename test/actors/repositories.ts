import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ActivityContext } from '../../runtime/index.ts'
import { createActivities } from '../../actors/index.ts'
import { freshKey, sandbox } from './sandbox.ts'

const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}

/** Plain git, as a person runs it: trimmed standard output. */
export const git = (folder: string, ...args: string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=A Person', '-c', 'user.email=person@example.org', '-c', 'safe.directory=*', ...args],
    {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  ).trim()

export function write(folder: string, files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

/** A repository with one commit on main. */
export function repositoryWith(files: Record<string, string>): string {
  const folder = join(sandbox(), 'project')
  mkdirSync(folder)
  git(folder, 'init', '-q', '-b', 'main')
  commit(folder, files, 'first')
  return folder
}

export function commit(folder: string, files: Record<string, string>, message = 'more'): string {
  write(folder, files)
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '--allow-empty', '-m', message)
  return git(folder, 'rev-parse', 'HEAD')
}

/** All that belongs to the person: files, index, HEAD, settings, hooks, and every ref that is not ours. */
export const belongings = (folder: string) => ({
  status: git(folder, 'status', '--porcelain', '--ignored', '--branch'),
  head: git(folder, 'rev-parse', '--symbolic-full-name', 'HEAD'),
  index: git(folder, 'ls-files', '--stage', '--debug'),
  settings: git(folder, 'config', '--local', '--list'),
  refs: git(folder, 'for-each-ref', '--format=%(refname) %(objectname)')
    .split('\n')
    .filter((line) => !/^refs\/(heads\/)?adjutant\//.test(line)),
  stash: git(folder, 'stash', 'list'),
})

type Activities = ReturnType<typeof createActivities>
type InputOf<Name extends keyof Activities> = Parameters<Activities[Name]['run']>[0]['input']
type OutputOf<Name extends keyof Activities> = Awaited<ReturnType<Activities[Name]['run']>>

export type Reported = { type: string; [key: string]: unknown }

/** An Adjutant home and what runs in it. */
export function adjutantIn(home = sandbox(), options: Partial<Parameters<typeof createActivities>[0]> = {}) {
  const activities = createActivities({ home, env: process.env, graceMs: 500, ...options })
  const reports: Reported[] = []
  const run = <Name extends keyof Activities>(
    name: Name,
    input: InputOf<Name>,
    context: Partial<ActivityContext> = {},
  ): Promise<OutputOf<Name>> =>
    (activities[name].run as (context: ActivityContext) => Promise<unknown>)({
      input,
      signal: new AbortController().signal,
      attempt: 1,
      idempotencyKey: freshKey(),
      heartbeat: () => Promise.resolve(),
      report: (event) => Promise.resolve(void reports.push(event)),
      ...context,
    }) as Promise<OutputOf<Name>>
  return { home, activities, run, reports }
}
