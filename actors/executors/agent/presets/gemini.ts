import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { among, type Preset, type Task } from '../preset.ts'
import { geminiEvents } from '../protocols/gemini-events.ts'

const keys = ['GEMINI_API_KEY', 'GOOGLE_API_KEY']

const address = (own: Task['own']): string =>
  own['GOOGLE_GEMINI_BASE_URL'] || 'https://generativelanguage.googleapis.com'

/**
 * Gemini CLI. It works only in a folder it trusts, and then reads the folder's settings: so hooks and MCP servers are
 * switched off above them, and the address its key goes to is always given. GEMINI.md it reads all the same. What it runs
 * is not confined.
 */
export const gemini: Preset = {
  program: 'gemini',
  oldest: [0, 61, 0],
  confinesItself: false,
  keys,
  address,
  invoke: (task) => ({
    args: [
      ...['-o', 'stream-json', '--approval-mode', task.readOnly ? 'plan' : 'yolo', '--skip-trust'],
      ...['--extensions=none', '--allowed-mcp-server-names=none'],
      ...(task.readOnly ? [] : [`--include-directories=${task.outbox}`]),
      ...(task.executor.model === undefined ? [] : ['--model', task.executor.model]),
      ...(task.session === null ? [] : ['--resume', task.session]),
      ...task.executor.args,
    ],
    env: {
      GEMINI_CLI_HOME: task.state,
      GEMINI_CLI_SYSTEM_SETTINGS_PATH: writeSettings(task),
      GOOGLE_GEMINI_BASE_URL: address(task.own),
    },
    passed: among(task.own, keys),
    reads: true,
  }),
  protocol: geminiEvents,
}

/** Twice: as the system's, which go before the folder's, and as the user's, since it takes no system's from a place like /tmp. */
function writeSettings({ state }: Task): string {
  const settings = JSON.stringify({
    security: { auth: { selectedType: 'gemini-api-key' } },
    hooksConfig: { enabled: false },
    mcp: { allowed: ['none'] },
    general: { enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: false },
  })
  mkdirSync(join(state, '.gemini'), { recursive: true, mode: 0o700 })
  const system = join(state, 'gemini-system.json')
  for (const path of [system, join(state, '.gemini', 'settings.json')]) writeFileSync(path, settings, { mode: 0o600 })
  return system
}
