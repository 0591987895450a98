import type { Price } from '../../machines/index.ts'
import { providerOf, secretsOfAccess, unconfigured, type ModelAccess, type Provider } from './access.ts'
import { openClient } from './client.ts'
import { priceOf } from './prices.ts'
import { redaction } from '../redaction.ts'

/** What a person should know of a model before it is asked. */
export type ModelExamination = { status: 'ok' | 'warning' | 'problem'; found: string; advice?: string }

/** Asks the server what models it has, which costs nothing. `at`: now, in milliseconds since 1970. */
export async function examineModel(access: ModelAccess, model: string, at: number): Promise<ModelExamination> {
  const lacking = unconfigured(access, model)
  if (lacking !== undefined) return { status: 'problem', found: lacking, advice: 'or name another model' }
  const { provider, model: asked } = providerOf(access, model)
  const { hostname, protocol } = new URL(provider.baseUrl)
  const price = priceOf(access, model, at)
  const found = `${model} at ${hostname}, ${price ? wordsOf(price) : 'price unknown'}`
  const listed = await modelsAt(provider)
  if ('failure' in listed)
    return {
      status: 'problem',
      found: `${found}: ${redaction(secretsOfAccess(access))(listed.failure)}`,
      advice: whereFrom,
    }
  if (listed.models.length > 0 && !listed.models.some((id) => id === asked || id.endsWith(`/${asked}`)))
    return { status: 'warning', found, advice: `${hostname} lists no model of this name` }
  if (protocol === 'http:' && provider.key !== null && !isLoopback(hostname))
    return { status: 'warning', found, advice: 'the key crosses the network unencrypted: use https' }
  if (price === null)
    return {
      status: 'warning',
      found,
      advice: 'a limit of cost cannot be kept without a price: add one to models.yaml',
    }
  return { status: 'ok', found }
}

const whereFrom = 'address and key come from ADJUTANT_MODEL_URL, ADJUTANT_MODEL_KEY or models.yaml'

const wordsOf = (price: Price) => `$${price.in} in and $${price.out} out per million tokens`

const isLoopback = (hostname: string) => /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)

const patienceMs = 5000

/** No models: the server does not say which it has. */
async function modelsAt(provider: Provider): Promise<{ models: string[] } | { failure: string }> {
  try {
    const client = await openClient(provider)
    const { data } = await client.models.list({ signal: AbortSignal.timeout(patienceMs) })
    return { models: (data ?? []).map(({ id }) => id) }
  } catch (error) {
    const { status, message } = error as { status?: number; message: string }
    return status === 404 || status === 405 ? { models: [] } : { failure: message }
  }
}
