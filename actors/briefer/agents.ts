import { Executor } from '../../machines/index.ts'
import { addressOf, fitPresets } from '../executors/agent/installed.ts'
import { type ModelAccess, providerOf } from '../model/index.ts'
import type { Surroundings } from '../surroundings.ts'

/** The coding agents that can be run here, each with the first of these models that its server has, else its own choice. */
export async function agentsHere(
  { env, models }: Pick<Surroundings, 'env' | 'models'>,
  agentModels: readonly string[],
): Promise<Record<string, Executor>> {
  const presets = await fitPresets(env)
  return Object.fromEntries(
    presets.map((preset) => {
      const address = addressOf(preset, env)
      const model = address === null ? undefined : modelAt(address, models, agentModels)
      return [preset, Executor.parse({ kind: 'agent', preset, ...(model !== undefined && { model }) })]
    }),
  )
}

/** Without the name of the provider, which is ours and not the agent's. */
const modelAt = (address: string, access: ModelAccess, models: readonly string[]): string | undefined =>
  models.map((name) => providerOf(access, name)).find(({ provider }) => isSameServer(provider.baseUrl, address))?.model

const isSameServer = (one: string, other: string) =>
  URL.canParse(one) && URL.canParse(other) && new URL(one).host === new URL(other).host
