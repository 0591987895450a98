import { carriedOver } from '../chain/carry-over.ts'
import { type ChainDifference, chainDifference, fingerprint } from '../chain/difference.ts'
import { criticalPath, dependents, type Position, positions, ranks } from '../chain/graph.ts'
import type { ChainFacts } from '../chain/machine.ts'
import type { Chain, Step } from '../chain/schema.ts'
import type { EmittedEvent } from '../emitted-event.ts'
import type { StepInput, StepResult } from '../step/schema.ts'
import type { VerifierConfig } from '../verifier.ts'
import { base, system } from './base.ts'
import { freshPlanning } from './drafting.ts'
import { freshReview } from './reviewing.ts'
import { chainActorId, type DirectiveContext, stepId, type StepRecord } from './schema.ts'
import { standingsOf } from './standing.ts'
import { abandonments } from './stopping.ts'

const stepInput = (
  context: DirectiveContext,
  step: Step,
  facts: { chainId: string; generation: number; position: Position; carried: StepResult | null },
): StepInput => {
  const { file } = context
  const { limits } = file
  return {
    directiveId: context.id,
    chainId: facts.chainId,
    id: stepId(step.name, facts.generation),
    generation: facts.generation,
    title: file.title,
    goal: file.goal,
    step,
    position: facts.position,
    repository: file.repository ?? null,
    requirements: file.requirements.filter(({ id }) => step.requirementIds.includes(id)),
    acceptanceCriteria: file.acceptanceCriteria.filter(({ id }) => step.acceptanceCriteriaIds.includes(id)),
    autonomy: file.autonomy,
    thresholds: file.thresholds,
    maxReworkCycles: limits.maxReworkCycles,
    stepTimeoutMs: limits.stepTimeoutMinutes * 60_000,
    approvalTimeoutMs: limits.approvalTimeoutMinutes === undefined ? null : limits.approvalTimeoutMinutes * 60_000,
    models: context.models,
    onRateLimit: file.model?.onRateLimit ?? 'park',
    carried: facts.carried,
    at: context.now,
  }
}

/** The different verifiers of all steps, and for each step the places of its own among them. */
const poolOf = (steps: readonly Step[]) => {
  const places = new Map<string, number>()
  const pool: VerifierConfig[] = []
  const placeOf = (verifier: VerifierConfig): number => {
    const key = JSON.stringify([verifier.name, verifier.argv, verifier.shell, verifier.cwd, verifier.env])
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, pool.length)
    return pool.push(verifier) - 1
  }
  const own = steps.map(({ verifiers }) => (verifiers === 'auto' ? verifiers : verifiers.map(placeOf)))
  return { pool, own }
}

const recordsOf = (chain: Chain, generation: number, own: StepRecord['verifiers'][], kept: Map<string, StepRecord>) => {
  const rank = ranks(chain.steps)
  const after = dependents(chain.steps)
  const records = chain.steps.map((step, index): [string, StepRecord] => {
    const before = kept.get(step.name)
    return [
      step.name,
      {
        id: stepId(step.name, generation),
        dependsOn: step.dependsOn,
        dependents: after.get(step.name)!,
        rank: rank.get(step.name)!,
        fingerprint: fingerprint(step),
        verifiers: own[index]!,
        state: before ? 'passed' : 'pending',
        waiting: false,
        reworkCount: 0,
        confidence: before?.confidence ?? null,
        result: before?.result ?? null,
        failure: null,
        defect: false,
      },
    ]
  })
  return Object.fromEntries(records)
}

const keptRecords = ({ steps }: DirectiveContext, chain: Chain): Map<string, StepRecord> => {
  const passed = Object.entries(steps).filter(([, step]) => step.state === 'passed')
  const names = carriedOver(
    chain.steps,
    passed.map(([name, step]) => ({ name, fingerprint: step.fingerprint })),
  )
  return new Map(passed.filter(([name]) => names.has(name)))
}

type Adoption = { chain: Chain; chainId: string; generation: number; kept: Map<string, StepRecord> }

const adoptionOf = (context: DirectiveContext): Adoption => {
  const chain = context.planning.proposal!
  const generation = context.chainGeneration + 1
  return { chain, chainId: `${chain.name}-g${generation}`, generation, kept: keptRecords(context, chain) }
}

export const differenceFrom = (steps: DirectiveContext['steps'], chain: Chain): ChainDifference | null => {
  const before = Object.entries(steps).map(([name, step]): [string, string] => [name, step.fingerprint])
  if (before.length === 0) return null
  return chainDifference(new Map(before), new Map(chain.steps.map((step) => [step.name, fingerprint(step)])))
}

const chainFacts = (
  { id, planning, steps }: DirectiveContext,
  { chain, chainId, generation, kept }: Adoption,
): ChainFacts => ({
  id: chainId,
  directiveId: id,
  generation,
  source: planning.source,
  rationale: planning.rationale,
  planningModel: planning.planningModel,
  reason: planning.reason,
  definition: chain,
  positions: Object.fromEntries(positions(chain.steps)),
  carriedOver: [...kept.keys()],
  difference: differenceFrom(steps, chain),
  criticalPath: criticalPath(chain.steps),
})

const announcement = (
  { planning, steps }: DirectiveContext,
  { chain, chainId, generation, kept }: Adoption,
): EmittedEvent => ({
  type: generation === 1 ? 'chain.created' : 'chain.regenerated',
  severity: generation === 1 ? 'info' : 'warning',
  actor: system,
  chainId,
  data: {
    message: `chain ${chainId} of ${chain.steps.length} ${chain.steps.length === 1 ? 'step' : 'steps'}`,
    generation,
    source: planning.source,
    reason: planning.reason,
    carriedOver: kept.size,
    difference: differenceFrom(steps, chain),
  },
})

export const adopting = {
  /** The proposal becomes fact: the chain before it is superseded, its unfinished steps are abandoned, results are kept. */
  adoptChain: base.enqueueActions(({ context, enqueue }) => {
    const adoption = adoptionOf(context)
    const { chain, chainId, generation, kept } = adoption
    const { pool, own } = poolOf(chain.steps)
    const drawn = positions(chain.steps)
    for (const { id, event } of abandonments(context, 'superseded')) enqueue.sendTo(id, event)
    if (generation > 1) enqueue.sendTo(chainActorId(generation - 1), { type: 'chain.supersede', by: chainId })
    enqueue.spawnChild('chain', { id: chainActorId(generation), input: chainFacts(context, adoption) })
    for (const step of chain.steps) {
      const carried = kept.get(step.name)?.result ?? null
      const input = stepInput(context, step, { chainId, generation, position: drawn.get(step.name)!, carried })
      enqueue.spawnChild('step', { id: input.id, input })
    }
    enqueue.emit(announcement(context, adoption))
    enqueue.assign({
      chainGeneration: generation,
      chainId,
      ...standingsOf(recordsOf(chain, generation, own, kept)),
      verifierPool: pool,
      merge: { holder: null, queue: [] },
      review: freshReview(null),
      planning: freshPlanning(context, null),
      file: { ...context.file, planner: context.source, chain: undefined },
    })
  }),
}
