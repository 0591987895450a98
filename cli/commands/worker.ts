import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { createWorkbenches } from '../../actors/index.ts'
import { exit, Refusal, type ExitCode } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'
import { workOn, type Job } from '../worker/assignment.ts'
import { Coordinator, Refused, type Claim } from '../worker/coordinator.ts'

const webAddress = (typed: string): string => {
  if (!/^https?:\/\/[^/]/.test(typed)) throw new InvalidArgumentError('an address begins with http:// or https://.')
  return typed
}
const words = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean)

type Options = { url: string; token?: string; labels: string[]; name: string; pass: string[]; once?: true }

export const worker = (on: On): Command =>
  new Command('worker')
    .description('carry out contracts of the executor `external` on this machine, with a command of your own')
    .argument(
      '<command...>',
      'what does the work, after `--`; it finds ADJUTANT_CONTRACT_FILE, and says in ADJUTANT_OUTBOX what it did (summary.md) and spends (costs.jsonl)',
    )
    .requiredOption('--url <url>', 'of the server, as `adjutant serve` says it', webAddress)
    .option('--token <token>', "the server's; better in ADJUTANT_TOKEN: a command line can be seen by others")
    .option('--labels <labels>', 'what this worker is capable of, with commas between', words, [])
    .option('--name <name>', 'what it goes by', `${hostname()}-${process.pid}`)
    .option('--pass <names>', 'variables of this environment that the command gets', words, [])
    .option('--once', 'end after one contract: 0 if it was delivered, 1 if not')
    .action(on(serveContracts))

/** Long enough to spare the server, short enough for whatever lies between. */
const waitMs = 25_000
const againMs = 2000

async function serveContracts(shell: Shell, argv: string[], options: Options): Promise<ExitCode> {
  const { environment, terminal, interrupted } = shell
  const token = options.token ?? environment.variables['ADJUTANT_TOKEN']
  if (!token)
    throw new Refusal('token.missing', 'a worker needs the token of the server', { advice: 'set ADJUTANT_TOKEN' })
  const coordinator = new Coordinator(options.url, token)
  // Not the host's own home, should both be on one machine. The token is named so that it is taken out of what is said.
  const benches = createWorkbenches({
    home: join(environment.home, 'worker'),
    env: { ...environment.variables, ADJUTANT_TOKEN: token },
  })
  const job: Job = { coordinator, benches, argv, passed: options.pass }
  const labels = options.labels.length > 0 ? ` with ${options.labels.join(', ')}` : ''
  terminal.say(`${options.name} waits for contracts of ${options.url}${labels}. Ctrl-C ends it.`)
  while (!interrupted.aborted) {
    const claim = await next(shell, coordinator, options)
    if (!claim) continue
    const end = await workOn(shell, job, claim)
    if (options.once) return end === 'delivered' ? exit.completed : exit.failed
  }
  return exit.completed
}

async function next(
  { terminal, interrupted }: Shell,
  coordinator: Coordinator,
  options: Options,
): Promise<Claim | null> {
  try {
    return await coordinator.claim({ worker: options.name, labels: options.labels, waitMs }, interrupted)
  } catch (error) {
    if (interrupted.aborted) return null
    if (error instanceof Refusal || error instanceof Refused) throw error
    const { message, cause } = error as Error
    terminal.warn(
      `${options.url} cannot be reached (${cause instanceof Error ? cause.message : message}); trying again`,
    )
    await pause(againMs, undefined, { signal: interrupted }).catch(() => undefined)
    return null
  }
}
