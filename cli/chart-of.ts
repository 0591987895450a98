import type { Runtime } from '../runtime/index.ts'
import { chainToSvg, type Chart, edgesTaken, type Highlights, statesIn } from '../visualizations/index.ts'
import { withAdjutant } from './compose.ts'
import { viewDirective } from './directive-view.ts'
import { allRows, directiveId, uniquePrefix } from './identity.ts'
import { Refusal } from './refusal.ts'
import type { Shell } from './shell.ts'

/** An actor as it is, to be marked in the chart of its machine. */
export type Live = { highlightsOf(chart: Chart): { active: string[]; visited: string[] } & Highlights }

/** The steps of a directive's present chain, each in its state. */
export const chainPicture = (shell: Shell, typed: string): Promise<string> =>
  withAdjutant(shell, 'reader', async ({ runtime }) => {
    const view = await viewDirective(runtime, await directiveId(runtime, typed))
    if (view.steps.length === 0)
      throw new Refusal('chain.missing', `${view.id} has no chain yet`, { advice: `it is ${view.state}` })
    const types = await stepTypes(runtime, view.id)
    const steps = view.steps.map((step) => ({ ...step, type: types.get(step.name) ?? 'step' }))
    return chainToSvg(view.context.chainId ?? view.id, steps)
  })

/** Where an actor stands and has been. A directive has one actor of some kinds; of others the address says which. */
export const liveActor = (
  shell: Shell,
  { directive, kind, address }: { directive: string; kind: string; address?: string },
): Promise<Live> =>
  withAdjutant(shell, 'reader', async ({ runtime }) => {
    const id = await directiveId(runtime, directive)
    const at = kind === 'directive' ? '' : await addressOf(runtime, id, kind, address)
    const { value } = await runtime.snapshot(id, at)
    const been = await trailOf(runtime, id, at)
    const taken = been.flatMap((entry) => entry.taken)
    return {
      highlightsOf: (chart) => ({
        active: statesIn(chart, value),
        // The values on the way, too: states that were passed through within one event.
        visited: [
          ...new Set([
            ...been.flatMap((entry) => statesIn(chart, entry.value)),
            ...taken.flatMap(({ source, targets }) => [source, ...targets]),
          ]),
        ],
        taken: edgesTaken(chart, taken),
      }),
    }
  })

async function addressOf(runtime: Runtime, id: string, kind: string, typed: string | undefined): Promise<string> {
  const addresses = await listed(runtime, id, kind)
  if (typed !== undefined) return addresses.length > 0 ? uniquePrefix('actor', typed, addresses) : typed
  if (addresses.length === 1) return addresses[0]!
  const some = addresses.slice(0, 5).join(', ')
  throw new Refusal('actor.ambiguous', `say by --actor which ${kind} of ${id} is meant`, {
    advice: some
      ? `there are ${some}${addresses.length > 5 ? ', …' : ''}`
      : `its address, as \`adjutant events\` has it`,
  })
}

/** Addresses from the lists, which are one query; a contract is in no list, but each step has one. */
async function listed(runtime: Runtime, id: string, kind: string): Promise<string[]> {
  const rows = await allRows(runtime, kind === 'contract' ? 'step' : kind, { systemId: id })
  return rows.map(({ address }) => (kind === 'contract' ? `${address}/contract` : address))
}

const pageSize = 1000

async function trailOf(runtime: Runtime, id: string, address: string) {
  const trail: Awaited<ReturnType<Runtime['trail']>> = []
  for (let after = 0; ;) {
    const page = await runtime.trail(id, { address, after, limit: pageSize })
    trail.push(...page)
    const last = page.at(-1)
    if (!last || page.length < pageSize) return trail
    after = last.seq
  }
}

async function stepTypes(runtime: Runtime, id: string): Promise<Map<string, string>> {
  const rows = await runtime.list('step', { systemId: id, limit: 5000 })
  return new Map(rows.map(({ data }) => [data.name as string, data.type as string]))
}
