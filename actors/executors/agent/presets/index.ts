import type { AgentExecutor, Preset } from '../preset.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { custom } from './custom.ts'
import { gemini } from './gemini.ts'
import { opencode } from './opencode.ts'

export const presets: { [Name in AgentExecutor['preset']]: Preset } = { claude, codex, gemini, opencode, custom }
