import { Command, InvalidArgumentError } from 'commander'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createTransfer } from '../../actors/index.ts'
import { withAdjutant, type Adjutant } from '../compose.ts'
import { Refusal } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'
import { readWorkerTokens } from '../worker-tokens.ts'

const portNumber = (text: string): number => {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new InvalidArgumentError('a port number is wanted.')
  return port
}

const megabytes = (text: string): number => {
  const size = Number(text)
  if (text.trim() === '' || !(size > 0 && size <= 100_000)) throw new InvalidArgumentError('a size in MB is wanted.')
  return size
}

type Options = { port?: number; workerTokenFile?: string; maxUpload: number }

export const serve = (on: On): Command =>
  new Command('serve')
    .description('work on all directives until stopped, and answer over HTTP')
    .option('--port <port>', 'default: ADJUTANT_PORT, else 7420; 0 for any free one', portNumber)
    .option(
      '--worker-token-file <file>',
      'tokens, one a line, that may only do contracts as `adjutant worker`; also ADJUTANT_WORKER_TOKENS',
    )
    .option('--max-upload <MB>', 'what one delivery of a worker may have', megabytes, 256)
    .action(
      on(async (shell, options: Options) => {
        const { host } = shell.environment
        const workerTokens = await readWorkerTokens(options.workerTokenFile, shell.environment.workerTokens)
        const port = options.port ?? shell.environment.port
        // Only one process can have the port: who starts with it again goes on where the one before was killed.
        // Asked before: taking over the name of the one that serves would make it give up what it is at.
        await listen(shell, port, () => tryPort(host, port))
        const name = port === 0 ? undefined : `serve ${host}:${port}`
        await withAdjutant(
          shell,
          'host',
          (adjutant) => serveUntilInterrupted(shell, adjutant, { ...options, port, workerTokens }),
          name,
        )
      }),
    )

type Serving = Options & { port: number; workerTokens: string[] }

async function serveUntilInterrupted(
  shell: Shell,
  adjutant: Adjutant,
  { port, workerTokens, maxUpload }: Serving,
): Promise<void> {
  const { terminal, interrupted } = shell
  const { runtime, environment, models } = adjutant
  // No other command needs a server: they start sooner without it.
  const { hashOf, openToken, serveHttp } = await import('../../http/index.ts')
  const tokenFile = join(environment.home, 'token.sha256')
  const { hash, token } = await openToken(tokenFile)
  const defaults = { models: models.defaults, notifications: environment.notifications }
  const transfer = createTransfer({ home: environment.home, env: environment.variables })
  const server = await listen(shell, port, () =>
    serveHttp({
      ...{ runtime, tokenHash: hash, hostname: environment.host, port, defaults, transfer },
      workerTokenHashes: workerTokens.map(hashOf),
      maxUploadBytes: maxUpload * 1024 * 1024,
    }),
  )
  terminal.data({ url: server.url, token: token ?? null, home: environment.home })
  terminal.say(`Serving ${server.url} (home ${environment.home}). Ctrl-C ends it.`)
  if (token) terminal.say(`Bearer token, shown only now: ${token}`)
  else terminal.say(`The bearer token is the one shown at first; remove ${tokenFile} for a new one.`)
  if (!interrupted.aborted) await once(interrupted, 'abort')
  terminal.say('Ending: open turns are finished, running activities are handed on.')
  await server.close()
}

async function tryPort(host: string, port: number): Promise<void> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  server.close()
  await once(server, 'close')
}

async function listen<T>(shell: Shell, port: number, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw cause
    const why = code === 'EADDRINUSE' ? 'is taken' : 'may not be used by this account'
    throw new Refusal('port.unavailable', `port ${port} of ${shell.environment.host} ${why}`, {
      cause,
      advice: 'choose another with --port or ADJUTANT_PORT',
    })
  }
}
