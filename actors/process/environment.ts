import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The environment of this process, or the part of it that the composition root chose to hand down. */
export type OwnEnvironment = Readonly<Record<string, string | undefined>>

/** Names the run a process belongs to: `<idempotency key>/<attempt>`. Inherited by everything the process starts. */
export const runVariable = 'ADJUTANT_RUN'

/** Names the Adjutant process that started it, so that the next one can tell orphans from somebody's children. */
export const ownerVariable = 'ADJUTANT_OWNER'

/** Names the contract that a process works on: two executors in one workspace would spoil each other's work. */
export const contractVariable = 'ADJUTANT_CONTRACT'

const inherited = ['PATH', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS']

// Toolchains that live in the user's HOME and are lost once a child gets another one: the variable that says where, and
// the folder it means by default. Folders only: what they hold, a child of the same user could read anyhow.
const toolchains: readonly (readonly [variable: string, folder: string])[] = [
  ['RUSTUP_HOME', '.rustup'],
  ['CARGO_HOME', '.cargo'],
  ['PYENV_ROOT', '.pyenv'],
  ['NVM_DIR', '.nvm'],
  ['VOLTA_HOME', '.volta'],
  ['ASDF_DATA_DIR', '.asdf'],
  ['GOPATH', 'go'],
]

/**
 * An allow-list: nothing of `own` reaches a child unless it is named here, in `passed` or in `extra`. Database addresses,
 * tokens and keys therefore stay out by default.
 */
export function childEnvironment(options: {
  own: OwnEnvironment
  /** The child's HOME. */
  home: string
  /** The child's TMPDIR. */
  temporary: string
  /** Names of further variables of `own` to hand down. */
  passed?: readonly string[]
  extra?: Record<string, string>
}): Record<string, string> {
  const { own, home, temporary, passed = [], extra = {} } = options
  const kept = [...inherited, ...passed].flatMap((name) =>
    own[name] === undefined ? [] : [[name, own[name]] as const],
  )
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    ...toolchainFolders(own),
    ...Object.fromEntries(kept),
    HOME: home,
    TMPDIR: temporary,
    // Colours are noise in logs, and runners that would watch for changes run once.
    NO_COLOR: '1',
    CI: 'true',
    ...extra,
  }
}

export function toolchainFolders(own: OwnEnvironment): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [variable, folder] of toolchains) {
    const place = own[variable] ?? (own['HOME'] === undefined ? undefined : join(own['HOME'], folder))
    if (place !== undefined && existsSync(place)) found[variable] = place
  }
  return found
}
