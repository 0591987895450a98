import { z } from 'zod'
import { Models, Price } from '../../machines/index.ts'

export const ModelApi = z.enum(['chat', 'responses'])

/** How the shape of an answer is asked for. `auto`: the strictest that the provider does not object to. */
export const AnswerFormat = z.enum(['auto', 'json_schema', 'json_object', 'none'])

/** A server that speaks OpenAI's wire format. */
export const Provider = z.strictObject({
  baseUrl: z.url({ protocol: /^https?$/ }),
  /** null: the server asks for none. */
  key: z.string().nullable(),
  /** Where the key comes from, for messages that say it is missing. */
  keyEnv: z.string().nullable(),
  api: ModelApi,
  format: AnswerFormat,
  headers: z.record(z.string(), z.string()),
  /** Silence after which a call counts as dead. Milliseconds. */
  idleMs: z.number().int().positive(),
})
export type Provider = z.infer<typeof Provider>

export const PriceRule = z.strictObject({
  /** A model by its full name (`<provider>/<model>` where it has a provider), or the beginning of names, with `*` behind. */
  model: z.string().min(1),
  ...Price.shape,
  /** The first day it holds, UTC. */
  since: z.iso.date(),
  /** Where it is written. */
  source: z.string().optional(),
})
export type PriceRule = z.infer<typeof PriceRule>

/** How this process reaches models, and what they cost. */
export const ModelAccess = z.strictObject({
  /** For models whose name begins with no provider's name. */
  provider: Provider,
  /** By name. */
  providers: z.record(z.string(), Provider),
  /** What directives use that name none themselves. */
  defaults: Models,
  /** The user's own, which go before the built-in ones. */
  prices: z.array(PriceRule),
})
export type ModelAccess = z.infer<typeof ModelAccess>

/** Nobody configured anything: the public address without a key, and no model to ask. */
export const noModels: ModelAccess = {
  provider: {
    baseUrl: 'https://api.openai.com/v1',
    key: null,
    keyEnv: null,
    api: 'chat',
    format: 'auto',
    headers: {},
    // Reasoning models say nothing while they think; Node gives up on a silent connection after five minutes by itself.
    idleMs: 240_000,
  },
  providers: {},
  defaults: { planner: [], agent: [], judge: [] },
  prices: [],
}

/** Which server a model is asked for at, and under which name. */
export function providerOf(access: ModelAccess, model: string): { provider: Provider; model: string } {
  const slash = model.indexOf('/')
  const name = model.slice(0, slash)
  if (slash > 0 && Object.hasOwn(access.providers, name))
    return { provider: access.providers[name]!, model: model.slice(slash + 1) }
  return { provider: access.provider, model }
}

/** What keeps a model from being asked at all. */
export function unconfigured(access: ModelAccess, model: string): string | undefined {
  const { provider, model: asked } = providerOf(access, model)
  const { hostname } = new URL(provider.baseUrl)
  // No model of OpenAI's has such a name: it is meant for a server that another process knows.
  if (hostname === 'api.openai.com' && asked.includes('/'))
    return `no provider "${asked.split('/', 1)[0]}" is configured for ${model}`
  if (provider.key === null && provider.keyEnv !== null)
    return `${hostname} needs a key for ${model}, and ${provider.keyEnv} is not set`
  return undefined
}

/** The keys, and what the headers may hold of them. */
export const secretsOfAccess = ({ provider, providers }: ModelAccess): string[] =>
  [provider, ...Object.values(providers)].flatMap(({ key, headers }) => [
    ...(key === null ? [] : [key]),
    // Names of applications and versions are no secrets, and short.
    ...Object.values(headers).filter((value) => value.length >= 20),
  ])
