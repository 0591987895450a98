import { proposalOf } from '../chain/proposal.ts'
import type { DirectiveContext, DirectiveEvent } from './schema.ts'

/**
 * Why a `directive.replan` would not be taken, as a code; null: nothing in it speaks against it. `plan.unchanged`: only a
 * model can make another plan from nothing. `plan.unsound`: `chainProblems` says why. The machine's guard and the API ask
 * the same.
 */
export const directiveRefusal = (
  { source, file }: Pick<DirectiveContext, 'source' | 'file'>,
  event: DirectiveEvent | { type: string },
): string | null => {
  if (event.type !== 'directive.replan') return null
  const { chain } = event as { chain?: unknown }
  if (chain === undefined) return source === 'model' ? null : 'plan.unchanged'
  return proposalOf(chain, { ...file, source: 'file' }).chain === null ? 'plan.unsound' : null
}
