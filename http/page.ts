import { z } from 'zod'
import type { Runtime } from '../runtime/index.ts'

type Row = Awaited<ReturnType<Runtime['list']>>[number]

export const PageQuery = z.strictObject({
  /** Rows a page has at most, unless one system alone has more. */
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The `cursor` of the page before. */
  after: z.string().min(1).max(200).optional(),
})

/** As many rows as one system can sensibly have; a chain has at most 5,000 steps a generation. */
export const wholeSystem = 100_000

/**
 * One page of projection rows and the cursor of the next, null after the last. The cursor is a system's id, so a system
 * is never cut: one that would be is left to the next page, or told whole where it alone exceeds the page.
 */
export async function pageOf(
  runtime: Runtime,
  kind: string,
  { key, after, limit }: { key?: string; after?: string; limit: number },
): Promise<{ rows: Row[]; cursor: string | null }> {
  const rows = await runtime.list(kind, { key, after, limit: limit + 1 })
  const beyond = rows[limit]?.systemId
  if (beyond === undefined) return { rows, cursor: null }
  const whole = rows.filter((row) => row.systemId !== beyond)
  if (whole.length > 0) return { rows: whole, cursor: whole.at(-1)!.systemId }
  return { rows: await runtime.list(kind, { key, systemId: beyond, limit: wholeSystem }), cursor: beyond }
}
