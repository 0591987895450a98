import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ActivityContext } from '../runtime/index.ts'
import { childHome, temporaryFolder } from './folders.ts'
import {
  childEnvironment,
  ownerVariable,
  type ProcessOptions,
  type ProcessResult,
  runProcess,
} from './process/index.ts'
import type { Surroundings } from './surroundings.ts'

type ChildOptions = Omit<ProcessOptions, 'env' | 'marker' | 'signal' | 'graceMs' | 'redact'> & {
  extra?: Record<string, string>
  /** Names of variables of ours that it gets, beside those that every child gets. */
  passed?: readonly string[]
  /** An empty HOME of its own, gone with it, instead of the one that children share. */
  ownHome?: boolean
}

// What an `npm ci` would write hooks, or where they lie, into the settings that all worktrees share with the person's.
const noHookInstallers = { HUSKY: '0', LEFTHOOK: '0', SKIP_INSTALL_SIMPLE_GIT_HOOKS: '1' }

/** Runs a command for an activity: with the allowed environment, marked as the attempt's, ended when the attempt ends. */
export async function runChild(
  surroundings: Surroundings,
  context: Pick<ActivityContext, 'idempotencyKey' | 'attempt' | 'signal'>,
  { extra = {}, passed = [], ownHome = false, ...options }: ChildOptions,
): Promise<ProcessResult> {
  const { env: own, home, owner, graceMs } = surroundings
  const marker = `${context.idempotencyKey}/${context.attempt}`
  const temporary = temporaryFolder(home, owner, marker)
  const itsHome = ownHome ? join(temporary, 'home') : childHome(home)
  for (const folder of [temporary, itsHome]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const env = childEnvironment({
    own,
    home: itsHome,
    temporary,
    passed: [...surroundings.passed, ...passed],
    // A folder that is no repository is not part of one that happens to surround our home.
    extra: { ...noHookInstallers, GIT_CEILING_DIRECTORIES: home, ...extra, [ownerVariable]: owner },
  })
  try {
    return await runProcess({ ...options, env, marker, signal: context.signal, graceMs, redact: surroundings.redact })
  } finally {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** A command as a person would type it, for reports. */
export const commandLine = ({ argv, shell }: ProcessOptions['command']): string =>
  shell ??
  (argv ?? []).map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')

/** Why a command did not end with exit code 0, in words that follow its name. null: it did. */
export function misfortune(
  result: ProcessResult,
  limits: { timeoutMs: number; idleMs?: number | null },
): string | null {
  if (result.spawnError) return `could not be started: ${result.spawnError.message || result.spawnError.code}`
  if (result.timedOut === 'wall') return `was ended after ${seconds(limits.timeoutMs)}`
  if (result.timedOut === 'idle') return `was ended because it was silent for ${seconds(limits.idleMs ?? 0)}`
  if (result.cancelled) return 'was cancelled'
  if (result.exitCode === null) return `was ended by ${result.signal ?? 'a signal'}`
  return result.exitCode === 0 ? null : `ended with exit code ${result.exitCode}`
}

const seconds = (ms: number): string => `${ms < 10_000 ? ms / 1000 : Math.round(ms / 1000)} s`
