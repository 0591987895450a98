import { z } from 'zod'
import { ActivityFailure } from '../../runtime/index.ts'
import type { Draft, Forge, Found } from './forge.ts'
import type { Remote } from './remote.ts'

const answerWithinMs = 30_000

const PullRequests = z.array(z.object({ number: z.number(), html_url: z.string(), state: z.string() }))
type PullRequestAnswer = z.infer<typeof PullRequests>[number]

const foundOf = ({ number, html_url: url, state }: PullRequestAnswer): Found => ({
  number,
  url,
  open: state === 'open',
})

/** GitHub's HTTP API, at `apiUrl`: https://docs.github.com/en/rest/pulls/pulls. */
export function githubApi(apiUrl: string, token: string, { owner, name }: Remote, signal: AbortSignal): Forge {
  const pulls = `${apiUrl.replace(/\/+$/, '')}/repos/${owner}/${name}/pulls`
  const ask = (method: string, url: string, body?: object) => call(method, url, token, signal, body)
  return {
    async find(head) {
      const query = new URLSearchParams({ head: `${owner}:${head}`, state: 'all' })
      return PullRequests.parse(await ask('GET', `${pulls}?${query}`)).map(foundOf)
    },
    async create(draft: Draft) {
      return foundOf(PullRequests.element.parse(await ask('POST', pulls, { ...draft, draft: true })))
    },
    async update(number, { title, body }) {
      await ask('PATCH', `${pulls}/${number}`, { title, body })
    },
  }
}

async function call(method: string, url: string, token: string, signal: AbortSignal, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'adjutant',
      'x-github-api-version': '2022-11-28',
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    // The token is not carried to wherever an answer points.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
  }).catch((cause: unknown) => {
    signal.throwIfAborted()
    const reason = cause instanceof Error ? ((cause.cause as Error | undefined)?.message ?? cause.message) : ''
    throw new ActivityFailure('publishing.api_unreachable', `${new URL(url).host}: ${reason}`, {
      cause,
      retryable: true,
    })
  })
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer
  throw refusalOf(method, response, answer)
}

const Refusal = z.object({
  message: z.string().default(''),
  errors: z.array(z.looseObject({ message: z.string().optional() })).default([]),
})

function refusalOf(method: string, response: Response, answer: unknown): ActivityFailure {
  const said = Refusal.safeParse(answer).data
  const words = [said?.message, ...(said?.errors ?? []).map(({ message }) => message)].filter(Boolean).join(': ')
  const limited = response.status === 429 || response.headers.get('x-ratelimit-remaining') === '0'
  const retryable = limited || response.status >= 500
  const seconds = Number(response.headers.get('retry-after'))
  return new ActivityFailure(
    limited ? 'publishing.rate_limited' : 'publishing.api_refused',
    `${method} was answered ${response.status}${words && `: ${words.slice(0, 500)}`}`,
    { retryable, ...(seconds > 0 && { retryAfterMs: seconds * 1000 }) },
  )
}
