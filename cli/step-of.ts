import type { Runtime } from '../runtime/index.ts'
import { allRows, type Row, uniquePrefix } from './identity.ts'

const nameOf = ({ address }: Row) => address.replace(/-g\d+$/, '')
const generationOf = ({ address }: Row) => Number(/-g(\d+)$/.exec(address)?.[1] ?? 0)

/** The step that was meant, by its name (of its latest generation) or its id, each of which may be shortened. */
export async function stepOf(runtime: Runtime, id: string, typed: string): Promise<Row & { name: string }> {
  const rows = await allRows(runtime, 'step', { systemId: id })
  const exact = rows.find(({ address }) => address === typed)
  if (exact) return { ...exact, name: nameOf(exact) }
  const name = uniquePrefix('step', typed.replace(/-g\d+$/, ''), [...new Set(rows.map(nameOf))])
  const [latest] = rows.filter((row) => nameOf(row) === name).sort((a, b) => generationOf(b) - generationOf(a))
  return { ...latest!, name }
}
