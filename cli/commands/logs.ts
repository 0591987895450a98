import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { logOfAttempt } from '../../actors/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { withAdjutant } from '../compose.ts'
import { directiveId } from '../identity.ts'
import { Refusal } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'
import { stepOf } from '../step-of.ts'
import { plain } from '../terminal.ts'

const attemptNumber = (typed: string): number => {
  const attempt = Number(typed)
  if (!Number.isInteger(attempt) || attempt < 1) throw new InvalidArgumentError('an attempt is a number from 1.')
  return attempt
}

type Options = { attempt?: number; follow?: true }

export const logs = (on: On): Command =>
  new Command('logs')
    .description("a step's output: of its last attempt, while it works or afterwards")
    .argument('<id>', 'the directive')
    .argument('<step>', 'the step')
    .option('--attempt <n>', 'of this attempt', attemptNumber)
    .option('-f, --follow', 'go on with what comes, over all further attempts, until the step has ended')
    .action(
      on(async (shell, typed: string, name: string, options: Options) =>
        withAdjutant(shell, 'reader', async ({ runtime }) => {
          const id = await directiveId(runtime, typed)
          const { address } = await stepOf(runtime, id, name)
          await tell(shell, runtime, { id, address, contractId: `${id}.${address}` }, options)
        }),
      ),
    )

type Place = { id: string; address: string; contractId: string }

// Another process writes the file: nobody tells of its growth.
const lookMs = 250

async function tell(shell: Shell, runtime: Runtime, place: Place, { attempt, follow }: Options): Promise<void> {
  const { environment, interrupted } = shell
  const where = { directiveId: place.id, contractId: place.contractId, attempt }
  let log = logOfAttempt(environment.home, where)
  if (!log && !follow) throw await nothingOf(runtime, place)
  let offset = 0
  for (;;) {
    // Asked before reading: what was written before the end is then read for certain.
    const ended = !follow || (await hasEnded(runtime, place))
    if (log) offset = copy(shell, log, offset)
    const next = attempt === undefined ? logOfAttempt(environment.home, where) : log
    if (next && next.path !== log?.path) [log, offset] = [next, 0]
    else if (ended || interrupted.aborted) return
    else await pause(lookMs, undefined, { signal: interrupted }).catch(() => {})
    log ??= next
  }
}

async function nothingOf(runtime: Runtime, { id, address }: Place): Promise<Refusal> {
  const [directive] = await runtime.list('directive', { systemId: id, limit: 1 })
  const advice = 'a directive that has ended keeps its output for a while, then it is removed by `adjutant gc`'
  return directive?.key === 'completed' || directive?.key === 'failed'
    ? new Refusal('log.none', `there is no output of ${address}`, { advice })
    : new Refusal('log.none', `${address} has put nothing out yet`)
}

const hasEnded = async (runtime: Runtime, { id, address }: Place): Promise<boolean> =>
  ['passed', 'skipped', 'blocked'].includes(
    (await runtime.list('step', { systemId: id, limit: 100_000 })).find((row) => row.address === address)?.key ?? '',
  )

const chunk = 64 * 1024

/** What the file holds from `offset` on, to the terminal; resolves with where it ended. A chunk at a time: logs are long. */
function copy({ terminal }: Shell, { path, attempt }: { path: string; attempt: number }, offset: number): number {
  const file = openSync(path, 'r')
  const decoder = new TextDecoder()
  const buffer = Buffer.alloc(chunk)
  try {
    let at = offset
    for (const { size } = fstatSync(file); at < size;) {
      const read = readSync(file, buffer, 0, Math.min(chunk, size - at), at)
      if (read === 0) break
      at += read
      const text = decoder.decode(buffer.subarray(0, read), { stream: true })
      terminal.data({ attempt, text })
      if (!terminal.json) terminal.raw(plain(text))
    }
    return at
  } finally {
    closeSync(file)
  }
}
