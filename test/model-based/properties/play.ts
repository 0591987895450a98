// A directive with its steps and contracts in memory, at the mercy of a script: nothing ends but when the script says so.
import type { AnyActorRef } from 'xstate'
import fc from 'fast-check'
import { activitySchemas } from '../../../machines/index.ts'
import { chain, createWorld, delivered, fair, file, step, type World } from '../../machines/world.ts'

export type Call = { activity: string; input: any; self: AnyActorRef; end(how: 'well' | 'ill' | 'never'): void }
export type Action =
  | { do: 'end'; which: number; how: 'well' | 'ill' | 'never' }
  | { do: 'command'; type: string; which: number; choice: number }
  | { do: 'wait'; ms: number }

const executors = [
  { kind: 'command', argv: ['true'] },
  { kind: 'agent', preset: 'custom', argv: ['x'] },
  { kind: 'human' },
  { kind: 'external', labels: [], leaseSeconds: 60 },
] as const

export const plays = fc.record({
  autonomy: fc.constantFrom('full_auto', 'guardrails', 'manual'),
  executors: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 }),
  isParallel: fc.boolean(),
  limits: fc.record({
    maxTotalCostUsd: fc.constantFrom(1, 5),
    maxReworkCycles: fc.nat({ max: 1 }),
    maxFailedSteps: fc.nat({ max: 2 }),
    onLimit: fc.constantFrom('pause', 'fail'),
  }),
})

const ends = fc.record({
  do: fc.constant('end' as const),
  which: fc.nat({ max: 5 }),
  how: fc.constantFrom('well', 'well', 'well', 'ill', 'never') as fc.Arbitrary<'well' | 'ill' | 'never'>,
})
const commands = fc.record({
  do: fc.constant('command' as const),
  type: fc.constantFrom(
    ...['directive.start', 'directive.pause', 'directive.resume', 'directive.replan', 'directive.stop'],
    ...['step.retry', 'step.skip', 'step.approve', 'contract.claim', 'contract.deliver', 'contract.fail'],
    ...['approval.approve', 'approval.approve', 'approval.request_changes', 'approval.deny', 'no.such_event'],
  ),
  which: fc.nat({ max: 7 }),
  choice: fc.nat({ max: 4 }),
})
const waits = fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 30_000, 61_000, 4_000_000) })

export const scripts = fc.array(
  fc.oneof({ weight: 6, arbitrary: ends }, { weight: 4, arbitrary: commands }, { weight: 1, arbitrary: waits }),
  { minLength: 10, maxLength: 40 },
) as fc.Arbitrary<Action[]>

type Given = { autonomy: string; executors: number[]; isParallel: boolean; limits: object }

/** The world, and the calls of activities under way in it, oldest first. */
export function open(given: Given): { world: World; calls: () => Call[] } {
  const made: Call[] = []
  const gated = (activity: string) => [
    activity,
    (input: any, self: AnyActorRef) =>
      new Promise((resolve, reject) => {
        const end = (how: string) => {
          made.splice(made.indexOf(call), 1)
          if (how === 'well') resolve(wellFor(activity, input))
          if (how === 'ill') reject(Object.assign(new Error('it broke'), { code: 'x.y' }))
        }
        const call: Call = { activity, input, self, end }
        made.push(call)
      }),
  ]
  const names = given.executors.map((_, index) => `step-${index + 1}`)
  const steps = given.executors.map((which, index) =>
    step(names[index]!, given.isParallel ? [] : names.slice(Math.max(0, index - 1), index), {
      contract: { executor: executors[which]! },
    } as object),
  )
  const { autonomy, limits } = given
  const world = createWorld(
    file({ autonomy, limits, chain: chain(...steps) }),
    Object.fromEntries(Object.keys(activitySchemas).map(gated)),
  )
  return { world, calls: () => made.filter(({ self }) => self.getSnapshot().status === 'active') }
}

/** An agent spends all it was given. */
const wellFor = (activity: string, input: any): unknown => {
  if (activity !== 'contractor') return fair[activity]!(input, undefined as never)
  const usd = input.budgetUsd ?? 0
  const tokens = { in: 1, out: 1, cached: 0, reasoning: 0 }
  const cost = { model: null, tokens, usd, source: 'reported' }
  return { ...delivered(`c-${input.contract.step}-${input.contract.attempt}`), costs: usd > 0 ? [cost] : [] }
}

export type Found = { address: string; snapshot: any; ref: AnyActorRef }

/** All actors of the directive, the dead ones that are still known included. */
export function actorsIn(world: World): Found[] {
  const below = (ref: AnyActorRef, address: string): Found[] => {
    const snapshot = ref.getSnapshot() as any
    const children = Object.entries((snapshot.children ?? {}) as Record<string, AnyActorRef>)
    const join = (id: string) => (address === '' ? id : `${address}/${id}`)
    return [{ address, snapshot, ref }, ...children.flatMap(([id, child]) => below(child, join(id)))]
  }
  return below(world.root, '')
}

const choices = ['accept', 'retry', 'skip', 'replan', 'stop']

const commandFor = ({ type, choice }: Extract<Action, { do: 'command' }>, fence: number): object => ({
  type,
  by: 'anna',
  ...(type === 'directive.pause' && { mode: choice % 2 ? 'drain' : 'interrupt' }),
  ...(type === 'directive.replan' && { reason: 'better', chain: chain(step('step-1'), step('new', ['step-1'])) }),
  ...(type === 'approval.approve' && { limits: { maxTotalCostUsd: 5 + choice } }),
  ...(type === 'approval.approve' && choice > 0 && { choice: choices[choice], comment: 'so' }),
  ...(type === 'approval.request_changes' && { comment: 'no' }),
  ...(type.startsWith('step.') && { reason: 'because' }),
  ...(type.startsWith('contract.') && {
    fence,
    labels: [],
    claim: 'c',
    delivery: null,
    summary: '',
    code: 'x.y',
    reason: 'z',
  }),
})

const kinds: Record<string, string> = {
  directive: 'directive',
  step: 'step',
  contract: 'contract',
  approval: 'approval',
}

export async function perform(world: World, calls: Call[], action: Action): Promise<void> {
  if (action.do === 'wait') world.clock.increment(action.ms)
  if (action.do === 'end') calls[action.which % Math.max(1, calls.length)]?.end(action.how)
  if (action.do === 'command') {
    const kind = kinds[action.type.split('.')[0]!] ?? 'directive'
    const targets = actorsIn(world).filter(({ snapshot }) => snapshot.context?.kind === kind)
    const target = targets[action.which % Math.max(1, targets.length)]
    if (target?.snapshot.status === 'active')
      target.ref.send({ ...commandFor(action, target.snapshot.context.fence ?? 1), at: world.now() })
  }
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
  world.clock.increment(0)
}
