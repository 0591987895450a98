import { z } from 'zod'
import type { Runtime } from '../runtime/index.ts'

type Row = Awaited<ReturnType<Runtime['list']>>[number]

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The `cursor` of the page before. */
  after: z.string().min(1).max(1000).optional(),
})

/** More rows than one directive can sensibly have: a chain has at most 5,000 steps a generation. */
export const wholeSystem = 100_000

/** One page of projection rows, newest system first, and the cursor of the next page: null after the last. */
export async function pageOf(
  runtime: Runtime,
  kind: string,
  { limit, ...query }: { key?: string; systemId?: string; after?: string; limit: number },
): Promise<{ rows: Row[]; cursor: string | null }> {
  const rows = await runtime.list(kind, { ...query, limit: limit + 1 })
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return { rows: rows.slice(0, limit), cursor: last ? `${last.systemId}/${last.address}` : null }
}
