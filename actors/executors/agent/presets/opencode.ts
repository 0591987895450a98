import { join } from 'node:path'
import { among, type Preset, type Task } from '../preset.ts'
import { messageParts } from '../protocols/message-parts.ts'

// By the provider that the model's name begins with; without a model it chooses by what it finds.
const keysOf: Record<string, readonly string[]> = {
  anthropic: ['ANTHROPIC_API_KEY'],
  openai: ['OPENAI_API_KEY'],
  google: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY'],
  openrouter: ['OPENROUTER_API_KEY'],
}

const provider = ({ executor }: Task): string => executor.model?.split('/')[0] ?? 'anthropic'

/**
 * OpenCode. Neither the repository's configuration nor its plugins or the settings of other agents are read. What it runs
 * is not confined; in steps that may only look, it is denied edits and commands.
 */
export const opencode: Preset = {
  program: 'opencode',
  oldest: [1, 18, 33],
  confinesItself: false,
  keys: Object.values(keysOf).flat(),
  address: () => null,
  invoke: (task) => ({
    args: [
      ...['run', '--format', 'json', '--auto', '--pure'],
      ...(task.executor.model === undefined ? [] : ['--model', task.executor.model]),
      ...(task.session === null ? [] : ['--session', task.session]),
      ...task.executor.args,
    ],
    env: {
      XDG_DATA_HOME: join(task.state, 'opencode', 'data'),
      XDG_CONFIG_HOME: join(task.state, 'opencode', 'config'),
      XDG_CACHE_HOME: join(task.state, 'opencode', 'cache'),
      OPENCODE_DISABLE_PROJECT_CONFIG: '1',
      OPENCODE_DISABLE_CLAUDE_CODE: '1',
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
      OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration(task)),
    },
    passed: among(task.own, keysOf[provider(task)] ?? []),
    reads: true,
  }),
  protocol: ({ executor }) => messageParts(executor.model ?? null),
}

const addresses: Record<string, string> = { anthropic: 'ANTHROPIC_BASE_URL', openai: 'OPENAI_BASE_URL' }

function configuration(task: Task) {
  const baseURL = task.own[addresses[provider(task)] ?? '']
  return {
    share: 'disabled',
    autoupdate: false,
    ...(task.readOnly && { permission: { edit: 'deny', bash: 'deny' } }),
    ...(baseURL && { provider: { [provider(task)]: { options: { baseURL: versioned(baseURL) } } } }),
  }
}

// Its address of Anthropic ends with the version, that of Anthropic's own programs before it.
const versioned = (url: string): string => (/\/v\d+\/?$/.test(url) ? url : `${url.replace(/\/$/, '')}/v1`)
