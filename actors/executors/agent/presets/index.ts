import type { OwnEnvironment } from '../../../process/index.ts'
import type { AgentExecutor, Preset } from '../preset.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { custom } from './custom.ts'
import { gemini } from './gemini.ts'
import { opencode } from './opencode.ts'

export const presets: { [Name in AgentExecutor['preset']]: Preset } = { claude, codex, gemini, opencode, custom }

/** Where it sends its questions, for what they cost there. null: it depends, or it says itself what it costs. */
export function addressOf(preset: AgentExecutor['preset'], own: OwnEnvironment): string | null {
  if (preset === 'codex') return own['OPENAI_BASE_URL'] || 'https://api.openai.com/v1'
  if (preset === 'gemini') return own['GOOGLE_GEMINI_BASE_URL'] || 'https://generativelanguage.googleapis.com'
  return null
}
