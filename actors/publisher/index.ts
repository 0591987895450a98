import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { PublisherInput, PublisherOutput } from '../../machines/index.ts'
import { ActivityFailure, type ActivityContext } from '../../runtime/index.ts'
import { commitOf, openRepository, refOf } from '../git/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { bodyOf } from './body.ts'
import type { Draft, Forge, Found } from './forge.ts'
import { ghEnvironment, githubCommand } from './gh.ts'
import { githubApi } from './github.ts'
import { type Credentials, defaultBranchOf, push, withOutpost } from './push.ts'
import { type Remote, remoteOf } from './remote.ts'

/** Pushes the result branch and sees to it that there is one pull request of it, which says what is the case now. */
export const createPublisher =
  (surroundings: Surroundings) =>
  async ({ input, signal, idempotencyKey }: ActivityContext<PublisherInput>): Promise<PublisherOutput> => {
    const { git, home, now, redact } = surroundings
    const opened = await openRepository(git, home, input.repository)
    const commit = await commitOf(opened, refOf(input.branch))
    if (commit === undefined)
      throw new ActivityFailure('publishing.branch_missing', `${opened.name} has no branch ${input.branch}`)
    const remote = await remoteOf(opened, input.pullRequest.remote)
    const { forge, credentials } = accessTo(surroundings, input.pullRequest, remote, signal)
    const folder = join(home, 'publishing', createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 16))
    const base = await withOutpost({ opened, folder, remote, credentials, signal }, async (outpost) => {
      await push(outpost, commit, input.branch)
      return input.pullRequest.base ?? (await defaultBranchOf(outpost))
    })
    const title = redact(input.title).replaceAll(/\s+/g, ' ')
    const draft = { title, body: redact(bodyOf(input)), head: input.branch, base }
    const { found, created } = await upsert(forge, draft)
    return { at: now(), url: found.url, number: found.number, commit, created }
  }

async function upsert(forge: Forge, draft: Draft): Promise<{ found: Found; created: boolean }> {
  const known = await knownOf(forge, draft)
  if (known) return { found: known, created: false }
  try {
    return { found: await forge.create(draft), created: true }
  } catch (error) {
    // Made by an attempt that overlaps this one, or whose answer was lost.
    const made = await knownOf(forge, draft).catch(() => undefined)
    if (made) return { found: made, created: false }
    throw error
  }
}

/** One that somebody closed or merged is left as it is, and no other is made. */
async function knownOf(forge: Forge, draft: Draft): Promise<Found | undefined> {
  const all = await forge.find(draft.head)
  const known = all.find(({ open }) => open) ?? all[0]
  if (known?.open) await forge.update(known.number, draft)
  return known
}

const none: Credentials = { settings: {}, variables: {} }

type Access = { forge: Forge; credentials: Credentials }

function accessTo(
  { env, home }: Surroundings,
  { via, apiUrl, tokenEnv }: PublisherInput['pullRequest'],
  remote: Remote,
  signal: AbortSignal,
): Access {
  const https = remote.protocol === 'https' ? new URL(remote.url) : null
  if (via === 'gh') {
    const helper = https && { [`credential.${https.origin}.helper`]: '!gh auth git-credential' }
    const credentials = helper ? { settings: helper, variables: ghEnvironment(env) } : none
    return { forge: githubCommand(env, home, remote, signal), credentials }
  }
  const token = env[tokenEnv]
  if (!token) throw new ActivityFailure('publishing.token_missing', `the variable ${tokenEnv} is not set`)
  const forge = githubApi(apiUrl, token, remote, signal)
  // The token is for the host of the API, and for no other that a remote may name.
  const itsOwn = https !== null && https.hostname === new URL(apiUrl).hostname.replace(/^api\.(?=github\.com$)/, '')
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const settings = itsOwn ? { [`http.${https.origin}/.extraHeader`]: `Authorization: Basic ${basic}` } : {}
  return { forge, credentials: { settings, variables: {} } }
}
