import { ActivityFailure } from '../../runtime/index.ts'
import { GitFailure, type OpenRepository } from '../git/index.ts'
import { protocolOf, type Protocol } from '../git/url.ts'

/** Where a branch is pushed to, and what the place is called by those who make pull requests there. */
export type Remote = {
  url: string
  protocol: Protocol
  /** null: a folder. */
  host: string | null
  owner: string
  name: string
}

/** The URL a person's git would push to, or that of a clone. Rejects with `publishing.remote_unknown`. */
export async function remoteOf({ git, dir, url, name }: OpenRepository, remote: string): Promise<Remote> {
  if (url !== null) return parsed(url)
  const unknown = (cause?: unknown) =>
    new ActivityFailure('publishing.remote_unknown', `${name} has no remote named "${remote}"`, { cause })
  if (!/^[A-Za-z0-9][\w./-]*$/.test(remote)) throw unknown()
  const found = await git(['remote', 'get-url', '--push', remote], { cwd: dir }).catch((error: unknown) => {
    throw error instanceof GitFailure ? unknown(error) : error
  })
  return parsed(found.trim())
}

function parsed(url: string): Remote {
  const protocol = protocolOf(url)
  const { host, path } = placeOf(url)
  const [name = '', owner = ''] = path.replace(/\/+$/, '').split('/').reverse()
  const clean = { owner, name: name.replace(/\.git$/, '') }
  if (![clean.owner, clean.name].every((part) => /^[A-Za-z0-9_.][\w.-]*$/.test(part)))
    throw new ActivityFailure('publishing.remote_unknown', `${withoutPassword(url)} names no owner and repository`)
  return { url, protocol, host, ...clean }
}

function placeOf(url: string): { host: string | null; path: string } {
  const short = /^[\w.-]+@([^:]+):(.*)$/.exec(url)
  if (short) return { host: short[1] ?? '', path: short[2] ?? '' }
  if (url.startsWith('/')) return { host: null, path: url }
  const { hostname, pathname } = new URL(url)
  return { host: hostname || null, path: pathname }
}

export const withoutPassword = (text: string): string => text.replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, '$1')
