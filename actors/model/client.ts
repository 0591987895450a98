import type OpenAI from 'openai'
import type { Provider } from './access.ts'

/** A client that does one request when it is told to: repeating is the runtime's, which counts and remembers it. */
export async function openClient({ baseUrl, key, headers, idleMs }: Provider): Promise<OpenAI> {
  // Commands that ask no model start sooner without it.
  const { default: Client } = await import('openai')
  return new Client({
    baseURL: baseUrl,
    apiKey: key ?? 'none',
    defaultHeaders: { ...(key === null && { Authorization: null }), ...headers },
    maxRetries: 0,
    // Followed, a redirect would take the headers above, and the conversation, to whom nobody named.
    fetchOptions: { redirect: 'manual' },
    // Until the headers come; silence after that is noticed by whoever listens.
    timeout: idleMs + 1000,
    // What is left out here, the client would take from the environment.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    logLevel: 'off',
  })
}
