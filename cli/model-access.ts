import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AnswerFormat, ModelApi, noModels, PriceRule, Provider, type ModelAccess } from '../actors/index.ts'
import type { Environment } from './environment.ts'
import { byPlace, sayMistakes, type Mistake } from './mistake.ts'
import { Refusal } from './refusal.ts'
import { schemaMistakes } from './schema-mistakes.ts'
import type { Shell } from './shell.ts'
import { readSource } from './source-map.ts'

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

export type ModelsDocument = { file: ModelsFile | undefined; mistakes: Mistake[] }

/** Without the file: nothing beyond the environment. */
export async function readModelsFile(path: string): Promise<ModelsDocument> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Refusal('models.unreadable', `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  })
  const source = readSource(text ?? '')
  const parsed = ModelsFile.safeParse(source.value ?? {})
  const found =
    source.syntax.length > 0
      ? source.syntax.map((place) => ({ ...place, code: 'file.syntax' }))
      : schemaMistakes(ModelsFile, parsed.error?.issues ?? [], source)
  const mistakes = found.map((each): Mistake => ({ severity: 'error', ...each, file: path })).sort(byPlace)
  return { file: mistakes.length === 0 ? parsed.data : undefined, mistakes }
}

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
