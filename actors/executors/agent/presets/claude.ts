import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { among, type Preset, type Task } from '../preset.ts'
import { streamJson } from '../protocols/stream-json.ts'

const keys = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN']

/**
 * Claude Code. `--bare` leaves out hooks, plugins, memory files and whoever is logged in; no settings and no MCP servers
 * of the repository are read. Edits outside the workspace and the outbox are denied, as is all else that would be asked
 * about. Commands run without its keys; they are not confined, unless a sandbox is set up through `args`.
 */
export const claude: Preset = {
  program: 'claude',
  // From this one on a limit of dollars also stops what it has started (CHANGELOG of Claude Code).
  oldest: [2, 1, 217],
  confinesItself: false,
  keys,
  address: (own) => own['ANTHROPIC_BASE_URL'] || 'https://api.anthropic.com',
  invoke: (task) => ({
    args: [
      ...['-p', '--output-format', 'stream-json', '--verbose'],
      ...['--bare', '--strict-mcp-config', '--setting-sources='],
      ...permissions(task),
      ...(task.executor.model === undefined ? [] : ['--model', task.executor.model]),
      ...(task.budgetUsd === null ? [] : ['--max-budget-usd', String(task.budgetUsd)]),
      ...(task.session === null ? [] : ['--resume', task.session]),
      ...task.executor.args,
    ],
    env: {
      CLAUDE_CONFIG_DIR: join(task.state, 'claude'),
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_AUTOUPDATER: '1',
      ...(process.platform === 'win32' ? {} : { CLAUDE_CODE_SHELL_PREFIX: writeKeylessShell(task.state) }),
    },
    passed: among(task.own, [...keys, 'ANTHROPIC_BASE_URL']),
    reads: true,
  }),
  protocol: streamJson,
}

const permissions = ({ readOnly, outbox }: Task): string[] =>
  readOnly
    ? // Of commands, those that it knows to change nothing.
      ['--permission-mode', 'dontAsk', '--tools=Bash,Read']
    : [
        ...['--permission-mode', 'acceptEdits', '--allowedTools=Bash'],
        ...['--disallowedTools=AskUserQuestion', `--add-dir=${outbox}`],
      ]

/** What runs its commands: a shell that does not hand the keys on, so that `env` in a log shows none. */
function writeKeylessShell(state: string): string {
  const path = join(state, 'shell-without-keys')
  writeFileSync(path, `#!/usr/bin/env bash\nunset ${keys.join(' ')}\nexec bash -c "$1"\n`, { mode: 0o700 })
  return path
}
