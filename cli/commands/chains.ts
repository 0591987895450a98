import { Command, InvalidArgumentError } from 'commander'
import { stringify } from 'yaml'
import { type ChainContext, compareChains, type DirectiveContext } from '../../machines/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { sayChain, sayComparison, sayDefinition, type ChainRow } from '../chain-lines.ts'
import { withAdjutant } from '../compose.ts'
import { allRows, directiveId, short } from '../identity.ts'
import { Refusal } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'
import { plain } from '../terminal.ts'

const generationOf = (typed: string): number => {
  const generation = Number(typed)
  if (!Number.isInteger(generation) || generation < 1)
    throw new InvalidArgumentError('a generation is a number from 1.')
  return generation
}

type Options = { against?: number; proposed?: true }

export const chains = (on: On): Command =>
  new Command('chains')
    .description('every plan a directive has had, why, and what changed from one to the next')
    .argument('<id>', 'the directive')
    .argument('[generation]', 'only this one, with its steps', generationOf)
    .option('--against <generation>', 'what changed from that one', generationOf)
    .option('--proposed', 'the plan that waits for approval, as a file to edit and give to `approve --chain`')
    .action(
      on(async (shell, typed: string, generation: number | undefined, { against, proposed }: Options) =>
        withAdjutant(shell, 'reader', async ({ runtime }) => {
          const id = await directiveId(runtime, typed)
          if (proposed) return sayProposed(shell, (await runtime.snapshot(id)).context as DirectiveContext)
          const rows = (await allRows(runtime, 'chain', { systemId: id })).map(({ data }) => data as ChainRow)
          rows.sort((one, other) => one.generation - other.generation)
          if (rows.length === 0) shell.terminal.say(`${short(id)} has no chain yet.`)
          else if (generation === undefined && against === undefined) sayAll(shell, rows)
          else await sayOne(shell, runtime, { id, rows, generation: generation ?? rows.at(-1)!.generation, against })
        }),
      ),
    )

function sayAll({ terminal }: Shell, rows: ChainRow[]): void {
  for (const row of rows) {
    terminal.data(row)
    sayChain(terminal, row)
  }
}

/** A directive file: what `approve --chain` and `replan --chain` read. */
function sayProposed({ terminal }: Shell, { id, file, planning }: DirectiveContext): void {
  const { proposal, rationale } = planning
  if (proposal === null) throw new Refusal('chain.not_found', `no plan of ${short(id)} waits for approval`)
  const { title, goal, repository, requirements, acceptanceCriteria } = file
  const directive = {
    title,
    goal,
    ...(repository && { repository }),
    requirements,
    acceptanceCriteria,
    chain: proposal,
  }
  terminal.data(directive)
  if (rationale) for (const line of plain(rationale).split('\n')) terminal.say(`# ${line}`)
  terminal.say(stringify(directive, { lineWidth: 120 }).trimEnd())
}

type Asked = { id: string; rows: ChainRow[]; generation: number; against: number | undefined }

async function sayOne({ terminal }: Shell, runtime: Runtime, { id, rows, generation, against }: Asked): Promise<void> {
  const row = rowOf(rows, generation)
  const { definition } = await chainOf(runtime, id, generation)
  if (against === undefined) {
    terminal.data({ ...row, definition })
    sayChain(terminal, row)
    return sayDefinition(terminal, definition.steps)
  }
  rowOf(rows, against)
  const comparison = compareChains((await chainOf(runtime, id, against)).definition, definition)
  terminal.data({ from: against, to: generation, ...comparison })
  terminal.say(`From generation ${against} to ${generation}:`)
  sayComparison(terminal, comparison)
}

const chainOf = async (runtime: Runtime, id: string, generation: number): Promise<ChainContext> =>
  (await runtime.snapshot(id, `chain.${generation}`)).context as ChainContext

function rowOf(rows: ChainRow[], generation: number): ChainRow {
  const row = rows.find((each) => each.generation === generation)
  if (row) return row
  const advice = `there ${rows.length === 1 ? 'is 1' : `are 1 to ${rows.length}`}`
  throw new Refusal('chain.not_found', `there is no generation ${generation}`, { advice })
}
