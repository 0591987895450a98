import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { among, type Preset, type Task } from '../preset.ts'
import { threadEvents } from '../protocols/thread-events.ts'

const keys = ['OPENAI_API_KEY', 'CODEX_API_KEY']

const address = (own: Task['own']): string => own['OPENAI_BASE_URL'] || 'https://api.openai.com/v1'

/**
 * Codex. Its own sandbox keeps what it runs within its reach, without a network. Nobody's config.toml, rules or AGENTS.md
 * are read. A setting it does not know is an error, lest one that protects is ignored.
 */
export const codex: Preset = {
  program: 'codex',
  oldest: [0, 169, 0],
  confinesItself: true,
  keys,
  address,
  invoke: (task) => {
    const home = join(task.state, 'codex')
    mkdirSync(home, { recursive: true, mode: 0o700 })
    return {
      args: [
        ...['exec', '--json', '--color', 'never', '--skip-git-repo-check'],
        ...['--ignore-user-config', '--ignore-rules', '--strict-config'],
        ...['-C', task.workspace],
        ...settings(task).flatMap((setting) => ['-c', setting]),
        ...(task.executor.model === undefined ? [] : ['-m', task.executor.model]),
        ...task.executor.args,
        ...(task.session === null ? [] : ['resume', task.session]),
        '-',
      ],
      env: { CODEX_HOME: home },
      passed: among(task.own, keys),
      reads: true,
    }
  },
  protocol: ({ executor }) => threadEvents(executor.model ?? null),
}

// As settings rather than flags: a flag given twice is an error, so `args` could not change it.
const settings = ({ readOnly, reach, own }: Task): string[] => [
  'default_permissions="adjutant"',
  `permissions.adjutant.extends="${readOnly ? ':read-only' : ':workspace'}"`,
  `permissions.adjutant.filesystem=${filesystem(reach)}`,
  'approval_policy="never"',
  'project_doc_max_bytes=0',
  'web_search="disabled"',
  `shell_environment_policy.exclude=${JSON.stringify(keys)}`,
  ...provider(own[keys[0]!] ? keys[0]! : keys[1]!, own),
]

/**
 * A TOML table of what differs from the profile it extends: https://developers.openai.com/codex/permissions. What is denied
 * may hold what is to be written, but nothing that is only to be read (0.169): such a folder is denied entry by entry.
 */
function filesystem({ denied, reads, writes }: Task['reach']): string {
  const closed = denied.filter((path) => existsSync(path)).flatMap((path) => withoutWays(path, reads))
  const rules = [
    '":slash_tmp"="read"',
    ...closed.map((path) => `${JSON.stringify(path)}="deny"`),
    ...writes.filter((path) => existsSync(path)).map((path) => `${JSON.stringify(path)}="write"`),
  ]
  return `{${[...new Set(rules)].join(',')}}`
}

function withoutWays(path: string, reads: readonly string[]): string[] {
  if (!reads.some((read) => isWithin(path, read))) return [path]
  const entries = readdirSync(path).map((name) => join(path, name))
  return entries.filter((entry) => !reads.some((read) => isWithin(entry, read)))
}

const isWithin = (folder: string, path: string) => path === folder || path.startsWith(`${folder}${sep}`)

/** With a key of ours: the address it is for. Without one it goes by its own login, if `env` leads it to one. */
const provider = (key: string, own: Task['own']): string[] => {
  if (!own[key]) return []
  return [
    'model_provider="adjutant"',
    'model_providers.adjutant.name="adjutant"',
    'model_providers.adjutant.wire_api="responses"',
    `model_providers.adjutant.env_key="${key}"`,
    `model_providers.adjutant.base_url=${JSON.stringify(address(own))}`,
  ]
}
