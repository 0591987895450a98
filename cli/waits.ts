import type { Runtime } from '../runtime/index.ts'
import { allRows } from './identity.ts'

/** A call of a model that is put off until its provider takes calls again. */
export type Wait = { model: string; purpose: string; until: number; reason: string; stepId?: string }

export const waitsOf = async (runtime: Runtime, systemId: string): Promise<Wait[]> =>
  (await allRows(runtime, 'wait', { systemId })).map(({ data }) => data as Wait)

export const waitLine = ({ model, until, reason, stepId }: Wait): string =>
  `${stepId ?? 'the directive'} waits for the rate limit of ${model} until ${new Date(until).toISOString()}: ${reason}`
