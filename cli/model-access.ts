import { join } from 'node:path'
import { z } from 'zod'
import { AnswerFormat, ModelApi, noModels, PriceRule, Provider, type ModelAccess } from '../actors/index.ts'
import type { Environment } from './environment.ts'
import { type HomeDocument, readHomeFile } from './home-file.ts'
import { sayMistakes } from './mistake.ts'
import { Refusal } from './refusal.ts'
import type { Shell } from './shell.ts'

const usual = noModels.provider

const ProviderEntry = z.strictObject({
  baseUrl: Provider.shape.baseUrl,
  /** The variable that holds the key; none: the server asks for no key. */
  keyEnv: z.string().min(1).optional(),
  api: ModelApi.default(usual.api),
  format: AnswerFormat.default(usual.format),
  headers: Provider.shape.headers.default({}),
  idleMs: Provider.shape.idleMs.default(usual.idleMs),
})

/** `$ADJUTANT_HOME/models.yaml`: further servers, and prices. */
const ModelsFile = z.strictObject({
  providers: z.record(z.string().regex(/^[\w.-]+$/), ProviderEntry).default({}),
  prices: z.array(PriceRule).default([]),
})
type ModelsFile = z.output<typeof ModelsFile>

/** Environment and models.yaml put together. What is wrong in the file is said, and the file refused. */
export async function readModelAccess({ environment, terminal }: Pick<Shell, 'environment' | 'terminal'>) {
  const path = join(environment.home, 'models.yaml')
  const { file, mistakes } = await readModelsFile(path)
  sayMistakes(mistakes, terminal)
  if (!file) throw new Refusal('models.invalid', `${path} has mistakes`)
  return modelAccess(environment, file)
}

export type ModelsDocument = HomeDocument<ModelsFile>

/** Without the file: nothing beyond the environment. */
export const readModelsFile = (path: string): Promise<ModelsDocument> => readHomeFile(path, ModelsFile)

export function modelAccess({ models, variables }: Environment, file: ModelsFile): ModelAccess {
  const { baseUrl = usual.baseUrl, key = null, api = usual.api, format = usual.format, defaults } = models
  // A server of one's own may ask for no key; the public one always does.
  const keyEnv = new URL(baseUrl).hostname === new URL(usual.baseUrl).hostname ? 'OPENAI_API_KEY' : null
  const providers = Object.entries(file.providers).map(([name, { keyEnv, ...entry }]) => {
    const key = keyEnv === undefined ? null : variables[keyEnv] || null
    return [name, { ...entry, key, keyEnv: keyEnv ?? null }] as const
  })
  return {
    provider: { ...usual, baseUrl, key, keyEnv, api, format },
    providers: Object.fromEntries(providers),
    defaults,
    prices: file.prices,
  }
}
