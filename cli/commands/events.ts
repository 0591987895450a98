import { Command, InvalidArgumentError } from 'commander'
import { withAdjutant } from '../compose.ts'
import { eventLine } from '../event-line.ts'
import { emittedAfter, follow } from '../following.ts'
import { directiveId } from '../identity.ts'
import type { On } from '../shell.ts'

const seqNumber = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a number is wanted.')
  return Number(text)
}

export const events = (on: On): Command =>
  new Command('events')
    .description('what happened in a directive, a line per event')
    .argument('<id>', 'the directive')
    .option('-f, --follow', 'go on with what happens, until it ends')
    .option('--after <seq>', 'only events after this number', seqNumber, 0)
    .option('--verbose', 'also what is only of interest when looking for a fault')
    .action(
      on(async (shell, typed: string, options: { follow?: boolean; after: number; verbose?: boolean }) =>
        withAdjutant(shell, 'reader', async ({ runtime }) => {
          const { terminal, interrupted } = shell
          const id = await directiveId(runtime, typed)
          const ended = async () => (await runtime.snapshot(id)).status !== 'active'
          // Every event of that number has been seen, however many there are.
          const after = { seq: options.after, n: Number.MAX_SAFE_INTEGER }
          const pruned = (first: number) => terminal.warn(`What happened before entry ${first} is kept no more.`)
          const told = options.follow
            ? follow(runtime, id, { after, signal: interrupted, ended }, pruned)
            : emittedAfter(runtime, id, after, pruned)
          for await (const event of told) {
            terminal.data(event)
            if (event.severity !== 'debug' || options.verbose) sayUnlessJson(eventLine(event, terminal))
          }
          function sayUnlessJson(line: string) {
            if (!terminal.json) terminal.say(line)
          }
        }),
      ),
    )
