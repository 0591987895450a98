import { type AnyActorRef, createActor, fromPromise, waitFor } from 'xstate'
import { afterEach, expect, test } from 'vitest'
import { type Delivery, machines, NotificationTarget, type NotifierInput } from '../../../machines/index.ts'
import { project } from '../../../machines/projection.ts'
import { reachedStates, waysToFinalStates } from '../exploration.ts'
import { gate } from '../world.ts'

const at = 1_800_000_000_000
const hook = NotificationTarget.parse({ url: 'https://example.org/hook' })
const slack = NotificationTarget.parse({ kind: 'slack', urlEnv: 'SLACK_URL', events: ['approval.required'] })

const told = (type: string, message = 'something happened') => ({
  type,
  severity: 'info',
  actor: { type: 'system', id: 'adjutant' },
  data: { message },
})
const order = (type: string, targets: unknown[] = [hook], time = at) => ({
  type: 'courier.carry' as const,
  at: time,
  directive: { id: 'd.1', title: 'Fix it' },
  targets,
  event: told(type),
})

const sent = { outcome: 'sent', at: at + 5, status: 204 }
const actors: AnyActorRef[] = []
afterEach(() => actors.splice(0).forEach((actor) => actor.stop()))

/** A courier whose notifier is the function. */
function courier(notify: (input: NotifierInput) => unknown = () => sent) {
  const inputs: NotifierInput[] = []
  const notifier = fromPromise(async ({ input }: any) => {
    inputs.push(input)
    return notify(input)
  })
  const machine = machines.courier.machine.provide({ actors: { notifier } as never })
  const actor = createActor(machine, { input: { directiveId: 'd.1' } }).start()
  actors.push(actor)
  const deliveries = (): Delivery[] => actor.getSnapshot().context.deliveries
  const carry = (event: object) => actor.send(event as never)
  const idle = () => waitFor(actor, (snapshot) => snapshot.hasTag('idle') || snapshot.status === 'done')
  return { actor, inputs, deliveries, carry, idle }
}

test('every state can be reached, and the end only when nothing is under way', () => {
  const events = [
    order('approval.required'),
    order('directive.completed'),
    { type: 'xstate.done.actor.notice-1-1', output: sent, actorId: 'notice-1-1' },
    { type: 'xstate.error.actor.notice-1-1', error: new Error('no'), actorId: 'notice-1-1' },
  ]
  const exploration = {
    input: { directiveId: 'd' },
    events,
    key: ({ deliveries, over }: any) => [deliveries.map(({ state }: Delivery) => state), over],
    within: ({ notices }: any) => notices < 2,
  }
  expect(reachedStates(machines.courier.machine, [exploration]).missing).toEqual([])
  expect(waysToFinalStates(machines.courier.machine, exploration)).toEqual({
    done: ['courier.carry', 'xstate.done.actor.notice-1-1'],
  })
})

test('a notice goes to each target that wants it, under an id that all of them share', async () => {
  const { inputs, carry, idle, deliveries, actor } = courier()
  carry(order('step.blocked', [hook, slack]))
  await idle()
  carry(order('approval.required', [hook, slack]))
  await idle()
  expect(inputs.map(({ id, target, event }) => [id, target.kind, event.type])).toEqual([
    ['msg_d_1_1', 'webhook', 'step.blocked'],
    ['msg_d_1_2', 'webhook', 'approval.required'],
    ['msg_d_1_2', 'slack', 'approval.required'],
  ])
  expect(inputs[0]).toMatchObject({ at, directive: { id: 'd.1', title: 'Fix it' } })
  expect(deliveries().map(({ id, state, status, endedAt }) => [id, state, status, endedAt])).toEqual([
    ['notice-1-1', 'sent', 204, at + 5],
    ['notice-2-1', 'sent', 204, at + 5],
    ['notice-2-2', 'sent', 204, at + 5],
  ])
  expect(actor.getSnapshot()).toMatchObject({ value: 'waiting', children: {} })
})

test('a target that does not answer holds up nobody, and the courier is not over before it has', async () => {
  const silence = gate<unknown>()
  const { actor, carry, deliveries } = courier(({ target }) => (target.kind === 'slack' ? silence.passed : sent))
  carry(order('approval.required', [slack, hook]))
  carry(order('directive.completed', [slack, hook], at + 1))
  await waitFor(actor, () => deliveries().filter(({ state }) => state === 'sent').length === 2)
  expect(actor.getSnapshot()).toMatchObject({ value: 'carrying', status: 'active' })
  silence.fail(Object.assign(new Error('nobody there'), { code: 'notice.unreachable' }))
  await waitFor(actor, ({ status }) => status === 'done')
  expect(deliveries()[0]).toMatchObject({ state: 'failed', code: 'notice.unreachable', reason: 'nobody there' })
})

test.each(['directive.completed', 'directive.failed'])('%s ends it, also when nobody wants to hear of it', (type) => {
  const { actor, carry } = courier()
  carry(order(type, [slack]))
  expect(actor.getSnapshot()).toMatchObject({ value: 'done', status: 'done' })
})

test('a target that says it is gone is left alone from then on', async () => {
  const { carry, idle, inputs, deliveries } = courier(({ target }) =>
    target.kind === 'slack' ? { outcome: 'refused', at, code: 'notice.gone', reason: 'answered 410' } : sent,
  )
  carry(order('approval.required', [slack, hook]))
  await idle()
  carry(order('approval.required', [slack, hook]))
  await idle()
  expect(inputs.map(({ target }) => target.kind)).toEqual(['slack', 'webhook', 'webhook'])
  expect(deliveries()[0]).toMatchObject({ state: 'refused', code: 'notice.gone', reason: 'answered 410', status: null })
})

test('it remembers what is under way and the last hundred that are not', async () => {
  const silence = gate<unknown>()
  let first = true
  const { carry, deliveries, actor } = courier(() => {
    if (!first) return sent
    first = false
    return silence.passed
  })
  for (let n = 0; n < 103; n++) carry(order('step.blocked'))
  await waitFor(actor, () => deliveries().filter(({ state }) => state === 'sending').length === 1)
  expect(deliveries()).toHaveLength(101)
  expect(deliveries()[0]!.id).toBe('notice-1-1')
  expect(deliveries()[1]!.id).toBe('notice-4-1')
  expect(project(actor.getSnapshot()).slice(0, 2)).toMatchObject([
    { kind: 'notice', key: 'notice-1-1', data: { directiveId: 'd.1', state: 'sending', event: 'step.blocked' } },
    { kind: 'notice', key: 'notice-4-1', data: { state: 'sent' } },
  ])
})
