import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Action, actorsIn, type Call, open, perform, plays, scripts } from './play.ts'
import type { World } from '../../machines/world.ts'

/** Everything that must hold at every moment; `before` remembers what must not change any more. */
function look(world: World, calls: Call[], before: Map<string, string>) {
  const { context, status, value } = world.root.getSnapshot() as any
  const actors = actorsIn(world)
  const steps = Object.entries<any>(context.steps)

  for (const { address, snapshot } of actors) {
    if (snapshot.context?.kind === 'step' && snapshot.value === 'passed')
      unchanged(before, `step ${address}`, [snapshot.value, snapshot.context.result])
    if (snapshot.context?.kind === 'approval' && snapshot.context.answer !== null)
      unchanged(before, `answer ${address}`, snapshot.context.answer)
    if (snapshot.context?.kind === 'chain') unchanged(before, `chain ${address}`, snapshot.context.definition)
    expect(snapshot.status, address).not.toBe('error')
  }
  for (const [name, { id, state, result }] of steps) {
    if (state !== 'passed') continue
    unchanged(before, `result of ${name} in ${context.chainGeneration}`, result)
    expect(actors.find(({ address }) => address === id)?.snapshot.context.result).toEqual(result)
  }

  const working = calls.filter(({ activity }) => ['contractor', 'workspace'].includes(activity))
  const contracts = working.map(({ input }) => input.contract?.id ?? input.contractId)
  expect(new Set(contracts).size, 'one live attempt per contract').toBe(contracts.length)

  const limit = context.file.limits.maxTotalCostUsd
  const reserved = context.budget.granted.map(({ usd }: any) => usd as number)
  expect(context.totals.costUsd + sum(reserved)).toBeLessThanOrEqual(limit + Math.max(0, ...reserved) + 1e-6)
  expect(context.totals.costUsd).toBeLessThanOrEqual(limit + 1e-6)
  const ledgers = actors.flatMap(({ snapshot }) => snapshot.context?.ledger ?? [])
  // XState alone stops a tree whose root has ended before those below have noted their last event.
  if (status === 'active') expect(sum(ledgers.map(({ usd }) => usd ?? 0))).toBeCloseTo(context.totals.costUsd, 5)

  const resolved = world.types('approval.resolved').map(({ data }: any) => data.approvalId)
  expect(new Set(resolved).size, 'approvals are answered once').toBe(resolved.length)
  if (value === 'completed') for (const [, { state }] of steps) expect(['passed', 'skipped']).toContain(state)
  if (status === 'active') expect(movers(world, calls), JSON.stringify(value)).not.toEqual([])
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0)

function unchanged(before: Map<string, string>, what: string, now: unknown) {
  const text = JSON.stringify(now)
  expect(before.get(what) ?? text, what).toBe(text)
  before.set(what, text)
}

/** Who can move the directive on, other than by stopping it. */
function movers(world: World, calls: Call[]): string[] {
  const { value } = world.root.getSnapshot() as any
  const waiting = actorsIn(world).flatMap(({ snapshot: { status, value, context } }) => {
    if (status !== 'active') return []
    if (context?.kind === 'approval') return ['a person who is asked']
    const work = context?.kind === 'contract' && value.working
    if (work === 'awaitingPerson') return ['a person who does it']
    if (work === 'offered') return ['a worker']
    return work?.claimed ? ['a deadline'] : []
  })
  const commanded = value === 'draft' || value.paused === 'held' ? ['a command'] : []
  return [...calls.map(({ activity }) => activity), ...waiting, ...commanded]
}

/** A call that never ends is one that somebody has to wait for: the attempt's own limit, or the activity's. */
async function play(given: Parameters<typeof open>[0], script: Action[]) {
  const { world, calls } = open(given)
  const before = new Map<string, string>()
  try {
    await perform(world, calls(), { do: 'command', type: 'directive.start', which: 0, choice: 0 })
    for (const action of script) {
      await perform(world, calls(), action.do === 'end' && action.how === 'never' ? { do: 'wait', ms: 1 } : action)
      look(world, calls(), before)
    }
  } finally {
    world.close()
  }
}

it('what holds of a directive holds whatever happens to it, in 1,000 plays', async () => {
  await fc.assert(fc.asyncProperty(plays, scripts, play), { numRuns: 1000 })
}, 300_000)
