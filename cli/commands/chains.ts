import { Command, InvalidArgumentError } from 'commander'
import { type ChainContext, compareChains } from '../../machines/index.ts'
import type { Runtime } from '../../runtime/index.ts'
import { sayChain, sayComparison, sayDefinition, type ChainRow } from '../chain-lines.ts'
import { withAdjutant } from '../compose.ts'
import { allRows, directiveId, short } from '../identity.ts'
import { Refusal } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'

const generationOf = (typed: string): number => {
  const generation = Number(typed)
  if (!Number.isInteger(generation) || generation < 1)
    throw new InvalidArgumentError('a generation is a number from 1.')
  return generation
}

export const chains = (on: On): Command =>
  new Command('chains')
    .description('every plan a directive has had, why, and what changed from one to the next')
    .argument('<id>', 'the directive')
    .argument('[generation]', 'only this one, with its steps', generationOf)
    .option('--against <generation>', 'what changed from that one', generationOf)
    .action(
      on(async (shell, typed: string, generation: number | undefined, { against }: { against?: number }) =>
        withAdjutant(shell, 'reader', async ({ runtime }) => {
          const id = await directiveId(runtime, typed)
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
