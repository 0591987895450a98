import type { ChainComparison, ChainContext, ChainDifference, CriterionVerdict, Step } from '../machines/index.ts'
import { plain, table, type Terminal } from './terminal.ts'

/** A generation of the plan, as lists have it. */
export type ChainRow = Omit<ChainContext, 'definition' | 'positions'> & { name: string; steps: number }

const listed = (word: string, names: readonly string[]) => (names.length > 0 ? [`${word} ${names.join(', ')}`] : [])

/** From one chain to another, by name. */
export const differenceLine = ({ added, removed, changed, unchanged }: ChainDifference): string =>
  plain(
    [
      ...listed('added', added),
      ...listed('removed', removed),
      ...listed('changed', changed),
      ...listed('unchanged', unchanged),
    ].join('; ') || 'nothing in common, nothing new',
  )

/** What is known of a criterion, and where it was seen. */
export function verdictLine({ id, verdict, why, citations, by }: CriterionVerdict): string {
  const places = citations.map(({ file, firstLine, lastLine }) => `${file}:${firstLine}-${lastLine}`)
  const where = places.length > 0 ? ` [${places.join(', ')}]` : ''
  return plain(`${id} ${verdict}${by === 'judge' ? ' (judged)' : ''}: ${why}${where}`).replaceAll(/\s+/g, ' ')
}

/** Where a generation came from, why, and what it changed. */
export function sayChain({ say, style }: Pick<Terminal, 'say' | 'style'>, chain: ChainRow): void {
  const { id, source, planningModel, supersededBy, steps, reason, rationale, carriedOver, difference } = chain
  const by = planningModel ? `${source} ${planningModel}` : source
  const fate = supersededBy ? `, superseded by ${supersededBy}` : ''
  say(`${style('bold', plain(id))}  ${steps} ${steps === 1 ? 'step' : 'steps'} from ${plain(by)}${fate}`)
  if (reason) say(`  because       ${plain(reason).replaceAll(/\s+/g, ' ')}`)
  if (rationale) say(`  rationale     ${plain(rationale).replaceAll(/\s+/g, ' ')}`)
  if (carriedOver.length > 0) say(`  carried over  ${plain(carriedOver.join(', '))}`)
  if (difference) say(`  difference    ${differenceLine(difference)}`)
}

/** The steps of a chain as they are defined. */
export function sayDefinition({ say }: Pick<Terminal, 'say'>, steps: readonly Step[]): void {
  const rows = steps.map(({ name, type, description, dependsOn, contract: { executor } }) => [
    name,
    type,
    executor.kind === 'agent' ? executor.preset : executor.kind,
    dependsOn.length > 0 ? `after ${dependsOn.join(', ')}` : '',
    plain(description).split('\n')[0]!,
  ])
  for (const line of table(rows)) say(`  ${line}`)
}

/** What changed between any two generations, to the parts of a step's definition. */
export function sayComparison({ say }: Pick<Terminal, 'say'>, { fields, ...difference }: ChainComparison): void {
  const line = (sign: string, names: readonly string[]) => {
    for (const name of names) say(`${sign} ${plain(name)}${fields[name] ? `: ${fields[name].join(', ')}` : ''}`)
  }
  line('+', difference.added)
  line('-', difference.removed)
  line('~', difference.changed)
  line('=', difference.unchanged)
}
