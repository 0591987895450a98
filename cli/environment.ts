import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import type { NotificationTarget } from '../machines/index.ts'
import { defaultTargets } from './notices.ts'
import { modelEnvironmentOf, modelVariables, type ModelEnvironment } from './model-variables.ts'
import { Refusal } from './refusal.ts'

/** Variables set to nothing count as not set, as shells and NO_COLOR's authors have it. */
const set = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === '' ? undefined : value), schema)
const flag = set(z.string().optional()).transform((value) => value !== undefined && value !== '0' && value !== 'false')

const Variables = z.object({
  ADJUTANT_HOME: set(z.string().optional()),
  XDG_DATA_HOME: set(z.string().optional()),
  DATABASE_URL: set(
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must begin with postgres:// or postgresql://')
      .optional(),
  ),
  ADJUTANT_PORT: set(z.coerce.number('must be a port number').int().min(0).max(65535).default(7420)),
  ADJUTANT_HOST: set(z.string().default('127.0.0.1')),
  ADJUTANT_WORKER_TOKENS: set(z.string().default('')),
  ADJUTANT_WEBHOOK_URL: set(z.url('must be a URL').optional()),
  ADJUTANT_WEBHOOK_SECRET: set(
    z
      .string()
      .regex(/^\s*whsec_/, 'must begin with whsec_')
      .optional(),
  ),
  ADJUTANT_SLACK_URL: set(z.url('must be a URL').optional()),
  ADJUTANT_PRIVATE_HOSTS: set(z.string().default('')),
  ADJUTANT_LEASE_MS: set(z.coerce.number('must be milliseconds').int().min(500).optional()),
  ADJUTANT_CRASH_AT: set(
    z
      .string()
      .regex(/^[a-z0-9._-]+(:[1-9]\d*)?$/i, 'must be <point> or <point>:<n>')
      .optional(),
  ),
  ADJUTANT_POINTS: set(z.string().optional()),
  ...modelVariables,
  NO_COLOR: flag,
  FORCE_COLOR: flag,
  CI: flag,
  TERM: set(z.string().optional()),
})

export type Environment = {
  /** Where everything of Adjutant's lies: embedded database, worktrees, logs. Absolute. */
  home: string
  /** An existing server instead of the embedded one. */
  databaseUrl: string | undefined
  host: string
  port: number
  leaseMs: number | undefined
  /** Tokens with which workers may be served, and nothing else. */
  workerTokens: string[]
  /** Who is told of directives whose file names nobody. */
  notifications: NotificationTarget[]
  /** Hosts that notices may go to though their addresses are private. */
  privateHosts: string[]
  color: 'never' | 'always' | 'auto'
  /** False in CI and on dumb terminals: no repainting. */
  repaint: boolean
  /** For crash tests: the process kills itself (SIGKILL) at the n-th occurrence of a runtime point. */
  crashAt: { point: string; n: number } | undefined
  /** For crash tests: a file that every runtime point passed is appended to. */
  pointsFile: string | undefined
  models: ModelEnvironment
  /** As it came, for the allow-list of child processes. */
  variables: Readonly<Record<string, string | undefined>>
}

/** The only look at `process.env`. Throws a Refusal that names each variable that makes no sense. */
export function readEnvironment(variables: Record<string, string | undefined> = process.env): Environment {
  const parsed = Variables.safeParse(variables)
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new Refusal('environment.invalid', `the environment makes no sense: ${wrong.join('; ')}`)
  }
  const found = parsed.data
  return {
    home: homeOf(found.ADJUTANT_HOME, found.XDG_DATA_HOME),
    databaseUrl: found.DATABASE_URL,
    host: found.ADJUTANT_HOST,
    port: found.ADJUTANT_PORT,
    leaseMs: found.ADJUTANT_LEASE_MS,
    workerTokens: found.ADJUTANT_WORKER_TOKENS.split(/[\s,]+/).filter(Boolean),
    notifications: defaultTargets(variables),
    privateHosts: found.ADJUTANT_PRIVATE_HOSTS.split(/[\s,]+/).filter(Boolean),
    color: found.NO_COLOR ? 'never' : found.FORCE_COLOR ? 'always' : 'auto',
    repaint: !found.CI && found.TERM !== 'dumb',
    crashAt: crashAtOf(found.ADJUTANT_CRASH_AT),
    pointsFile: found.ADJUTANT_POINTS,
    models: modelEnvironmentOf(found),
    variables,
  }
}

/** XDG asks that a relative XDG_DATA_HOME be ignored. */
function homeOf(given: string | undefined, xdg: string | undefined): string {
  if (given) return resolve(given)
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'share'), 'adjutant')
}

function crashAtOf(text: string | undefined): Environment['crashAt'] {
  if (!text) return undefined
  const [point = '', n = '1'] = text.split(':')
  return { point, n: Number(n) }
}
