import { Executor, type PlanBrief, type PlanMenu } from '../../machines/index.ts'
import { ActivityFailure } from '../../runtime/index.ts'

/**
 * What a planner may choose from. A directive that names an executor offers that one; otherwise the built-in agent, where
 * it has a model, and the coding agents that can be run here (`agents`). Of an earlier chain what its steps had: a person wrote
 * it, or it came from this menu. Fails with `planner.no_executor`.
 */
export function planMenu(brief: PlanBrief, agents: Readonly<Record<string, Executor>>): PlanMenu {
  const named = brief.executor ? { given: brief.executor } : { ...builtIn(brief), ...agents }
  const before = brief.before?.steps ?? []
  const known = new Set(Object.values(named).map((executor) => JSON.stringify(executor)))
  const kept = before.flatMap(({ name, contract: { executor } }): [string, Executor][] => {
    if (executor.kind === 'noop' || known.has(JSON.stringify(executor))) return []
    known.add(JSON.stringify(executor))
    return [[`as-in-${name}`, executor]]
  })
  const executors: PlanMenu['executors'] = { ...named, ...Object.fromEntries(kept) }
  if (Object.keys(executors).length === 0) throw nobodyToWork()
  const configured = before.flatMap(({ verifiers }) => (verifiers === 'auto' ? [] : verifiers))
  const verifiers = configured.filter(({ name }, at) => configured.findIndex((other) => other.name === name) === at)
  return { executors, verifiers }
}

const builtIn = ({ agentModels }: PlanBrief): PlanMenu['executors'] =>
  agentModels.length > 0 ? { model: Executor.parse({ kind: 'model' }) } : {}

const nobodyToWork = () =>
  new ActivityFailure(
    'planner.no_executor',
    'nobody could carry a plan out: configure a model for agents (ADJUTANT_MODEL), install a coding agent (adjutant doctor ' +
      'says which are known), or name an executor in the directive',
  )

/** What a planner is told of an executor. */
export function aboutExecutor(executor: Executor): string {
  switch (executor.kind) {
    case 'model':
      return 'the built-in agent: a model that lists, reads, searches, writes and patches files and runs commands'
    case 'agent':
      return `the coding agent "${executor.preset}" with tools of its own${executor.model === undefined ? '' : `, and the model ${executor.model}`}`
    case 'command':
      return `a fixed command, chosen by a person: ${executor.shell ?? executor.argv!.join(' ')}`
    default:
      return others[executor.kind] ?? `whoever does work of the kind "${executor.kind}"`
  }
}

const others: Record<string, string> = {
  noop: 'delivers at once and does nothing',
  external: 'a worker of its own, elsewhere, that takes contracts over HTTP',
  human: 'a person, who delivers when the work is done',
}
