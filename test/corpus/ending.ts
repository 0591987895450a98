import type { Runtime } from '../../runtime/index.ts'
import type { Stagehand } from './cast.ts'

type Place = { address: string; src: string; view: any }

// A day of an idle directive is 24 rounds.
const MOST_ROUNDS = 80
const HOUR = 3_600_000
const plenty = { maxTotalCostUsd: 1_000, maxWallTimeMinutes: 30_000 }

/** Answers whatever a directive waits for, person, worker or timer, until it has ended; a courier until nothing is under way. */
export async function runToEnd(runtime: Runtime, id: string, clock: Stagehand): Promise<string> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await runtime.settled(id)
    const root = await runtime.snapshot(id)
    if (root.status !== 'active') return String(root.value)
    if (id.startsWith('courier.')) return 'waiting'
    const acts = await actsFor(runtime, id, root)
    if (round === MOST_ROUNDS - 10) acts.push(['', { type: 'directive.stop', reason: 'enough' }])
    for (const [to, event] of acts) await say(runtime, id, to, { at: clock.now(), ...event })
    if (!acts.length) clock.forward(HOUR)
  }
  const { value, context } = await runtime.snapshot(id)
  throw new Error(`${id} does not come to its end: ${JSON.stringify({ value, attention: context.attention })}`)
}

// What was open when it was looked at may have closed meanwhile.
const say = (runtime: Runtime, id: string, to: string, event: any) =>
  runtime.send(id, event, { to, wait: 'processed' }).catch((error: unknown) => {
    if ((error as { code?: string }).code !== 'actor.not_found') throw error
  })

type Act = [address: string, event: { type: string; [field: string]: unknown }]

async function actsFor(runtime: Runtime, id: string, root: any): Promise<Act[]> {
  const acts: Act[] = []
  if (root.value === 'draft') acts.push(['', { type: 'directive.start', by: 'zoe' }])
  if (root.value?.paused === 'held') acts.push(['', { type: 'directive.resume', by: 'zoe' }])
  for (const place of await below(runtime, id, '', root)) acts.push(...answersTo(place))
  return acts
}

async function below(runtime: Runtime, id: string, address: string, view: any): Promise<Place[]> {
  const places: Place[] = []
  for (const child of Object.values(view.children) as { address: string; src: string; status: string }[]) {
    if (child.status !== 'active') continue
    const seen = await runtime.snapshot(id, child.address).catch(() => undefined)
    if (seen) places.push({ ...child, view: seen }, ...(await below(runtime, id, child.address, seen)))
  }
  return places
}

function answersTo({ address, src, view }: Place): Act[] {
  const { value, context } = view
  if (src === 'approval' && value.pending) {
    const { choices, choicesWithChain, type } = context.request
    const choice = choices.find((each: string) => !choicesWithChain.includes(each))
    const limits = type === 'limit_exceeded' ? { limits: plenty } : {}
    return [[address, { type: 'approval.approve', by: 'zoe', comment: 'go on', choice, ...limits }]]
  }
  if (src === 'step' && value === 'blocked') return [[address, { type: 'step.skip', by: 'zoe', reason: 'not needed' }]]
  const work = src === 'contract' ? value.working : undefined
  if (work === 'offered')
    return [[address, { type: 'contract.claim', by: 'worker', claim: `c-${address}`, labels: ['linux'] }]]
  if (work?.claimed)
    return [[address, { type: 'contract.deliver', fence: context.lease?.fence ?? context.fence, summary: 'done' }]]
  if (work === 'awaitingPerson') return [[address, { type: 'contract.deliver', by: 'zoe', summary: 'done' }]]
  return []
}
