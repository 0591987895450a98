import { Executor } from '../../machines/index.ts'
import { fitPresets } from '../executors/agent/index.ts'
import { type ModelAccess, providerOf } from '../model/index.ts'
import type { OwnEnvironment } from '../process/index.ts'
import type { Surroundings } from '../surroundings.ts'

/** Where an agent sends its questions, as its own variables have it. */
const addresses: Record<string, (own: OwnEnvironment) => string> = {
  claude: (own) => own['ANTHROPIC_BASE_URL'] || 'https://api.anthropic.com',
  codex: (own) => own['OPENAI_BASE_URL'] || 'https://api.openai.com/v1',
  gemini: (own) => own['GOOGLE_GEMINI_BASE_URL'] || 'https://generativelanguage.googleapis.com',
}

/** The coding agents that can be run here, each with the first of these models that its server has, else its own choice. */
export async function agentsHere(
  { env, models }: Pick<Surroundings, 'env' | 'models'>,
  agentModels: readonly string[],
): Promise<Record<string, Executor>> {
  const presets = await fitPresets(env)
  return Object.fromEntries(
    presets.map((preset) => {
      const address = addresses[preset]?.(env)
      const model = address === undefined ? undefined : modelAt(address, models, agentModels)
      return [preset, Executor.parse({ kind: 'agent', preset, ...(model !== undefined && { model }) })]
    }),
  )
}

/** Without the name of the provider, which is ours and not the agent's. */
const modelAt = (address: string, access: ModelAccess, models: readonly string[]): string | undefined =>
  models.map((name) => providerOf(access, name)).find(({ provider }) => isSameServer(provider.baseUrl, address))?.model

const isSameServer = (one: string, other: string) =>
  URL.canParse(one) && URL.canParse(other) && new URL(one).host === new URL(other).host
