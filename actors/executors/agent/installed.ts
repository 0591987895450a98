import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { execa } from 'execa'
import type { OwnEnvironment } from '../../process/index.ts'
import { among } from './preset.ts'
import { presets } from './presets/index.ts'

type Name = keyof typeof presets

export type Installed =
  | { found: false }
  /** `version` null: it did not say. */
  | { found: true; version: string | null; fit: boolean }

const looks = new Map<string, { at: number; look: Promise<Installed> }>()

/** Long enough for a plan to be made, short enough to notice an update. */
const freshMs = 60_000
/** Gemini's takes three seconds on a free machine. */
const patienceMs = 30_000

/** Whether an agent's program is there, and its version one that does what is asked of it. Asked once a minute. */
export function installed(name: Name, own: OwnEnvironment, argv?: readonly string[]): Promise<Installed> {
  const command = argv ?? [presets[name].program]
  const key = JSON.stringify([command, own['PATH']])
  const known = looks.get(key)
  if (known !== undefined && performance.now() - known.at < freshMs) return known.look
  const look = lookAt(name, command, own)
  looks.set(key, { at: performance.now(), look })
  return look
}

async function lookAt(name: Name, [file, ...rest]: readonly string[], own: OwnEnvironment): Promise<Installed> {
  // Some write settings into their HOME before they say a word.
  const home = mkdtempSync(join(tmpdir(), 'adjutant-look-'))
  try {
    const result = await execa(file as string, [...rest, '--version'], {
      env: { PATH: own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', HOME: home, NO_COLOR: '1', CI: 'true' },
      extendEnv: false,
      cwd: home,
      stdin: 'ignore',
      reject: false,
      timeout: patienceMs,
      killDescendants: true,
      maxBuffer: 100_000,
    })
    if (result.code === 'ENOENT') return { found: false }
    const version = /\d+\.\d+\.\d+/.exec(result.stdout)?.[0] ?? null
    return { found: true, version, fit: version !== null && !isOlder(version, presets[name].oldest) }
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** Whether a program of this name can be started in `folder`: from PATH, or by a path of its own. */
export function isThere(program: string, folder: string, own: OwnEnvironment): boolean {
  if (program.includes(sep)) return existsSync(resolve(folder, program))
  if (process.platform === 'win32') return true
  return (own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(':').some((entry) => existsSync(join(entry, program)))
}

function isOlder(version: string, oldest: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  const differing = oldest.findIndex((part, index) => parts[index] !== part)
  return differing >= 0 && (parts[differing] as number) < (oldest[differing] as number)
}

/** Where an agent of this preset sends its questions. null: it depends. */
export const addressOf = (name: Name, own: OwnEnvironment): string | null => presets[name].address(own)

export const oldestOf = (name: Name): string => presets[name].oldest.join('.')

const named = ['claude', 'codex', 'gemini', 'opencode'] as const

export type AgentFinding = {
  preset: (typeof named)[number]
  oldest: string
  /** The variables that may hold its key, and the one of them that is set. */
  keys: readonly string[]
  key: string | null
} & Installed

/** Which agents can be run here, and what is missing for the others. */
export const examineAgents = (own: OwnEnvironment): Promise<AgentFinding[]> =>
  Promise.all(
    named.map(async (preset) => {
      const { keys } = presets[preset]
      const key = among(own, keys)[0] ?? null
      return { preset, oldest: oldestOf(preset), keys, key, ...(await installed(preset, own)) }
    }),
  )

/** Those that can be run as they are: installed, new enough, with a key, and with a model of their own to ask. */
export async function fitPresets(own: OwnEnvironment): Promise<AgentFinding['preset'][]> {
  // Without a key nobody has to be asked for his version.
  const keyed = named.filter((preset) => preset !== 'opencode' && among(own, presets[preset].keys).length > 0)
  const found = await Promise.all(keyed.map((preset) => installed(preset, own)))
  return keyed.filter((_, index) => {
    const look = found[index]
    return look?.found === true && look.fit
  })
}
