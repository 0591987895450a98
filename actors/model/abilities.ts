import { providerOf, type ModelAccess, type Provider } from './access.ts'
import type { Abilities, Format } from './question.ts'
import type { Trouble } from './trouble.ts'

const formats: Record<Provider['format'], readonly Format[]> = {
  auto: ['json_schema', 'json_object', 'none'],
  json_schema: ['json_schema'],
  json_object: ['json_object'],
  none: ['none'],
}

/** What is tried first. Ollama and others silently ignore the newer name of the limit, OpenAI refuses the older one. */
const hoped = (provider: Provider): Abilities => ({
  formats: formats[provider.format],
  streamUsage: true,
  limitField: new URL(provider.baseUrl).hostname === 'api.openai.com' ? 'max_completion_tokens' : 'max_tokens',
})

/** What servers turned out to take, remembered for as long as the process lives: one refused request each. */
export type KnownAbilities = {
  /** `shape`: the name of the answer's schema, since a server may take one and object to another. */
  of(model: string, shape: string): Abilities
  /** Whether there is another way left, which is remembered then. */
  giveUp(model: string, shape: string, what: Extract<Trouble, { kind: 'unable' }>['what']): boolean
}

export function knownAbilities(access: ModelAccess): KnownAbilities {
  const known = new Map<string, Abilities>()
  const tried = new Map<string, Set<string>>()
  const keyOf = (model: string, shape: string) => JSON.stringify([model, shape])
  const of: KnownAbilities['of'] = (model, shape) =>
    known.get(keyOf(model, shape)) ?? hoped(providerOf(access, model).provider)
  return {
    of,
    giveUp(model, shape, what) {
      const key = keyOf(model, shape)
      const before = of(model, shape)
      const given = tried.get(key) ?? new Set()
      if (what === 'format' ? before.formats.length < 2 : given.has(what)) return false
      tried.set(key, given.add(what))
      known.set(key, without(before, what))
      return true
    },
  }
}

function without(abilities: Abilities, what: 'format' | 'streamUsage' | 'limitField'): Abilities {
  if (what === 'format') return { ...abilities, formats: abilities.formats.slice(1) }
  if (what === 'streamUsage') return { ...abilities, streamUsage: false }
  return {
    ...abilities,
    limitField: abilities.limitField === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens',
  }
}
