import { relative } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { type Leftover, surveyHome } from '../../actors/index.ts'
import { withAdjutant } from '../compose.ts'
import { surveyFor } from '../home-survey.ts'
import { short } from '../identity.ts'
import { exit } from '../refusal.ts'
import { oldHistories } from '../old-histories.ts'
import { readRetention, retentionOfDays } from '../retention.ts'
import type { On, Shell } from '../shell.ts'
import { sizeText } from '../size.ts'
import { plain } from '../terminal.ts'

const days = (typed: string): number => {
  const number = Number(typed)
  if (typed.trim() === '' || !(number >= 0)) throw new InvalidArgumentError('days are a number from 0.')
  return number
}

const several = (typed: string, before: string[]): string[] => [...before, typed]

type Options = { apply?: boolean; olderThan?: number; discard: string[]; discardUnknown: string[] }

export const gc = (on: On): Command =>
  new Command('gc')
    .description(
      'say what takes room without being needed, on the disk and in the database, and why; remove it with --apply',
    )
    .option('--apply', 'remove what can go')
    .option('--older-than <days>', 'of directives that ended before: logs, outboxes, conversations, histories', days)
    .option(
      '--discard <id>',
      'of this directive also what is not merged (its branches stay); several times',
      several,
      [],
    )
    .option('--discard-unknown <id>', 'the folders of a directive that this database does not know', several, [])
    .action(
      on(async (shell, { apply = false, olderThan, discard, discardUnknown }: Options) => {
        const retention = olderThan === undefined ? await readRetention(shell) : retentionOfDays(olderThan)
        return withAdjutant(shell, 'reader', async (adjutant) => {
          const survey = await surveyFor(adjutant, { retention, discard, unknown: discardUnknown })
          const tally = { bytes: 0, going: 0, staying: 0, failed: 0 }
          for await (const leftover of surveyHome(survey)) await settle(shell, leftover, apply, tally)
          for await (const leftover of oldHistories(adjutant.runtime, survey))
            await settle(shell, leftover, apply, tally)
          sum(shell, tally, apply)
          return tally.failed === 0 ? exit.completed : exit.failed
        })
      }),
    )

type Tally = { bytes: number; going: number; staying: number; failed: number }

async function settle({ terminal, environment }: Shell, leftover: Leftover, apply: boolean, tally: Tally) {
  const { remove, ...facts } = leftover
  const problem = apply && remove ? await problemOf(remove) : null
  const removed = apply && remove !== null && problem === null
  terminal.data({ ...facts, goes: remove !== null, removed, ...(problem !== null && { problem }) })
  if (problem !== null) tally.failed++
  else if (remove === null) tally.staying++
  else {
    tally.going++
    tally.bytes += leftover.bytes
  }
  const word = problem !== null ? 'failed' : remove === null ? 'stays' : removed ? 'removed' : 'can go'
  const style = remove === null ? 'yellow' : problem === null ? 'green' : 'red'
  const where =
    leftover.kind === 'history'
      ? `history of ${leftover.path}`
      : plain(relative(environment.home, leftover.path)) || leftover.path
  terminal.say(`${terminal.style(style, word.padEnd(8))}${sizeText(leftover.bytes).padStart(9)}  ${where}`)
  terminal.say(`${' '.repeat(19)}${plain(problem ?? leftover.reason)}`)
  const hint = leftover.kind === 'unknown' ? '--discard-unknown ' + leftover.directiveId : discardHint(leftover)
  if (remove === null) terminal.say(`${' '.repeat(19)}remove it all the same: ${hint}`)
}

const discardHint = ({ directiveId }: Leftover): string => `--discard ${directiveId === null ? '' : short(directiveId)}`

const problemOf = async (remove: NonNullable<Leftover['remove']>): Promise<string | null> => {
  try {
    await remove()
    return null
  } catch (error) {
    return `it cannot be removed: ${(error as Error).message}`
  }
}

function sum({ terminal }: Shell, { bytes, going, staying, failed }: Tally, apply: boolean) {
  if (going + staying + failed === 0) return terminal.say('Nothing lies here that is not needed.')
  const room = `${sizeText(bytes)} in ${going} ${going === 1 ? 'place' : 'places'}`
  if (failed > 0) terminal.say(`${failed} could not be removed.`)
  if (apply) terminal.say(`${room} removed.`)
  else if (going > 0) terminal.say(`${room} can go: \`adjutant gc --apply\` removes it. Nothing was changed.`)
  if (staying > 0) terminal.say(`${staying} stay: nobody has merged what they hold, or can tell.`)
}
