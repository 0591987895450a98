import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { childHome, temporaryFolder } from '../folders.ts'
import { type ConfinementRules, type OwnEnvironment, toolchainFolders } from '../process/index.ts'
import { excludeFile, gitFolders } from '../workspace/index.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Bench } from './tool.ts'

const system = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/etc', '/opt', '/nix', '/snap', '/gnu'],
  ...['/proc', '/sys', '/dev', '/run/systemd/resolve', '/run/current-system'],
]
const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm'].map((name) => `/dev/${name}`)

// In a person's HOME, beside what PATH and the toolchains' own variables say. Programs and libraries, no settings.
const inHome = ['uv', 'pipx', 'pnpm', 'mise', 'fnm'].map((name) => `.local/share/${name}`)

/** The HOME of what runs for one contract: its caches are its own, so that they can spoil nobody else's work. */
export const agentHome = ({ home, owner }: Pick<Surroundings, 'home' | 'owner'>, contractId: string) =>
  join(temporaryFolder(home, owner, contractId), 'home')

/**
 * What a program of the agent's may read and write: programs and libraries of this machine, and the workspace. Not the
 * rest of HOME, of ADJUTANT_HOME, or the checkout that the person works in.
 */
export function confinementRules(bench: Bench, { writes }: { writes: boolean }): ConfinementRules {
  const { surroundings, context, root } = bench
  const { env, home, owner } = surroundings
  const temporary = temporaryFolder(home, owner, `${context.idempotencyKey}/${context.attempt}`)
  return {
    reads: [
      ...system,
      ...programFolders(env),
      childHome(home),
      excludeFile(root),
      ...gitFolders(root),
      ...(writes ? [] : [root]),
    ],
    writes: [...devices, temporary, ...(writes ? [root, agentHome(surroundings, bench.contract.id)] : [])],
  }
}

function programFolders(env: OwnEnvironment): string[] {
  const person = env['HOME'] ?? '/nonexistent'
  const { CARGO_HOME: cargo, GOPATH: go, ...toolchains } = toolchainFolders(env)
  return [
    ...Object.values(toolchains),
    // Beside these lie keys (credentials.toml), and other people's sources.
    ...(cargo === undefined ? [] : ['bin', 'registry', 'git'].map((name) => join(cargo, name))),
    ...(go === undefined ? [] : ['bin', 'pkg'].map((name) => join(go, name))),
    ...(env['PATH'] ?? '').split(':').flatMap((entry) => programsAt(entry, person)),
    ...programsAt(dirname(process.execPath), person),
    ...inHome.map((name) => join(person, name)),
  ]
}

/** A folder of PATH; if it is the `bin` of an installation, all of that. */
function programsAt(entry: string, person: string): string[] {
  if (!isAbsolute(entry) || entry === '/') return []
  const folder = realpathOr(entry)
  const above = dirname(folder)
  const whole =
    /^(\.?bin|shims)$/.test(basename(folder)) &&
    basename(above) !== '.local' &&
    !`${realpathOr(person)}/`.startsWith(`${above}/`)
  return whole && above !== '/' ? [entry, folder, above] : [entry, folder]
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
