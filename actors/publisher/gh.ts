import { execFile } from 'node:child_process'
import { z } from 'zod'
import { ActivityFailure } from '../../runtime/index.ts'
import type { OwnEnvironment } from '../process/index.ts'
import type { Draft, Forge } from './forge.ts'
import type { Remote } from './remote.ts'

const endsWithinMs = 60_000

/** What gh needs to find its login, and to reach the network as the person's own gh does. */
const passed = [
  ...['PATH', 'HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME', 'DBUS_SESSION_BUS_ADDRESS'],
  ...['GH_TOKEN', 'GITHUB_TOKEN', 'GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN', 'GH_HOST', 'GH_CONFIG_DIR'],
  ...[
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'NO_PROXY',
    'https_proxy',
    'http_proxy',
    'no_proxy',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
  ],
]

export const ghEnvironment = (own: OwnEnvironment): Record<string, string> => ({
  ...Object.fromEntries(passed.flatMap((name) => (own[name] === undefined ? [] : [[name, own[name]]]))),
  GH_PROMPT_DISABLED: '1',
  GH_NO_UPDATE_NOTIFIER: '1',
  NO_COLOR: '1',
})

const Listed = z.array(z.object({ number: z.number(), url: z.string(), state: z.string() }))

/** GitHub's command line, run in `folder`, which is no repository: everything it needs to know it is told. */
export function githubCommand(own: OwnEnvironment, folder: string, remote: Remote, signal: AbortSignal): Forge {
  const repo = ['--repo', [remote.host, remote.owner, remote.name].filter((part) => part !== null).join('/')]
  const gh = (args: string[], input = '') => start([...args, ...repo], { own, folder, input, signal })
  // Joined: a title may begin with a dash. The body comes by stdin, so it is in no list of processes.
  const told = ({ title }: Draft) => [`--title=${title}`, '--body-file', '-']
  return {
    async find(head) {
      const fields = ['--json', 'number,url,state', '--limit', '20']
      const listed = Listed.parse(JSON.parse(await gh(['pr', 'list', '--head', head, '--state', 'all', ...fields])))
      return listed.map(({ number, url, state }) => ({ number, url, open: state === 'OPEN' }))
    },
    async create(draft) {
      const place = [`--head=${draft.head}`, `--base=${draft.base}`]
      const said = await gh(['pr', 'create', '--draft', ...place, ...told(draft)], draft.body)
      const url = /https?:\/\/\S+\/(\d+)\s*$/.exec(said)
      if (!url) throw new ActivityFailure('publishing.gh_failed', `gh said no address: ${said.slice(-200)}`)
      return { number: Number(url[1]), url: url[0].trim(), open: true }
    },
    async update(number, draft) {
      await gh(['pr', 'edit', String(number), ...told(draft)], draft.body)
    },
  }
}

type Start = { own: OwnEnvironment; folder: string; input: string; signal: AbortSignal }

const start = (args: string[], { own, folder, input, signal }: Start): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { cwd: folder, env: ghEnvironment(own), signal, timeout: endsWithinMs, maxBuffer: 16 * 1024 * 1024 }
    const child = execFile('gh', args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      reject(signal.aborted ? (signal.reason as Error) : failureOf(error, stderr))
    })
    // It may end before it has read all.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })

const passes = /HTTP 5\d\d|HTTP 429|rate limit|timeout|timed out|connection|connecting|no such host|TLS/i

function failureOf(error: Error & { code?: unknown; killed?: boolean }, stderr: string): ActivityFailure {
  if (error.code === 'ENOENT')
    return new ActivityFailure('publishing.gh_missing', 'the command gh is not installed; `via: api` does without it')
  const lines = stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500)
  const reason = error.killed ? `gh took longer than ${endsWithinMs / 1000} s` : `gh: ${lines || String(error.code)}`
  return new ActivityFailure('publishing.gh_failed', reason, {
    cause: error,
    retryable: error.killed === true || passes.test(stderr),
  })
}
