import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { chainOf, failing, isThere, noop, passing, shell, useStage, waitFor } from './stage.ts'

const stage = useStage()

const mark = (file: string) => `echo x >> ${stage.path(file)}`
const marks = (file: string) => (isThere(stage.path(file)) ? readFileSync(stage.path(file), 'utf8').length / 2 : 0)
const isRunning = (file: string) => eventually(() => expect(isThere(stage.path(file))).toBe(true))

describe('draft', () => {
  test('takes any field, and the directive that starts is the one that was edited', async () => {
    const play = await stage.play({ chain: chainOf({ name: 'old' }), autonomy: 'manual' })
    const chain = chainOf({ name: 'fresh' })
    await play.send({ type: 'directive.update', changes: { title: 'New', autonomy: 'guardrails', chain } })
    await play.start()
    await play.until({ matches: 'completed' })
    expect(await play.context()).toMatchObject({ file: { title: 'New' }, steps: { fresh: { state: 'passed' } } })
  })
})

describe('active', () => {
  test('starts what waits for nothing, critical path first, and never more than may run at once', async () => {
    const order = stage.path('order')
    const step = (name: string, dependsOn: string[] = []) => ({
      name,
      dependsOn,
      contract: shell(`echo + >> ${order}; echo ${name} >> ${order}; sleep 0.05; echo - >> ${order}`),
    })
    const chain = chainOf(
      step('short'),
      step('long'),
      step('long-2', ['long']),
      step('long-3', ['long-2']),
      step('aside'),
    )
    const play = await stage.play({ chain, limits: { maxParallelSteps: 1 } })
    await play.start()
    await play.until({ matches: 'completed' })
    const lines = readFileSync(order, 'utf8').trim().split('\n')
    expect(lines.filter((line) => !'+-'.includes(line))).toEqual(['long', 'long-2', 'short', 'aside', 'long-3'])
    expect(lines.filter((line) => '+-'.includes(line)).join('')).toBe('+-'.repeat(5))
    expect((await play.told('step.started')).map(({ data }) => data.attempt)).toEqual([1, 1, 1, 1, 1])
  })

  test('what depends on a skipped step starts, too', async () => {
    const chain = chainOf({ name: 'one', verifiers: [failing] }, { name: 'two', dependsOn: ['one'] })
    const play = await stage.play({ chain, limits: { maxReworkCycles: 0 } })
    await play.start()
    await play.untilStep('one', 'blocked')
    await play.send({ type: 'step.skip', reason: 'not needed' }, 'one-g1')
    await play.until({ matches: 'completed' })
    expect((await play.look('one-g1')).context.skipped).toBe('not needed')
    expect((await play.context()).steps).toMatchObject({ one: { state: 'skipped' }, two: { state: 'passed' } })
  })

  test('a parallelGroup is a label: it neither orders nor excludes', async () => {
    const both = ['a', 'b'].map((name) => ({
      name,
      parallelGroup: 'together',
      contract: shell(
        `touch ${stage.path(`group-${name}`)}; ${waitFor(stage.path('group-a'))}; ${waitFor(stage.path('group-b'))}`,
      ),
    }))
    const play = await stage.play({
      chain: chainOf(...both, { name: 'c', parallelGroup: 'together', dependsOn: ['a'] }),
    })
    await play.start()
    await play.until({ matches: 'completed' })
    expect((await play.look('chain.1')).context.definition.steps[0].parallelGroup).toBe('together')
  })
})

test('tells the world each thing once, in its turn', async () => {
  const play = await stage.play({ chain: chainOf({ name: 'one' }) })
  await play.start()
  await play.until({ matches: 'completed' })
  const told = await play.told()
  const once = ['chain.created', 'step.started', 'directive.completed']
  expect(once.map((type) => told.filter((event) => event.type === type).length)).toEqual([1, 1, 1])
  const steps = told.filter(({ type }) => type === 'step.status_changed').map(({ data }) => data.state)
  expect(steps).toEqual(['ready', 'running', 'evaluating', 'passed'])
  // Of the step and of the whole.
  expect(told.filter(({ type }) => type === 'evaluation.completed').map(({ data }) => data.level)).toEqual([
    'green',
    'green',
  ])
  expect(told.map(({ seq }) => seq)).toEqual(told.map(({ seq }) => seq).toSorted((a, b) => a - b))
  expect(told.find(({ type }) => type === 'step.started')).toMatchObject({ chainId: 'trial-g1', stepId: 'one-g1' })
})

describe('a pause', () => {
  const held = (name: string) => ({
    name,
    contract: shell(`${mark(`${name}-begun`)}; ${waitFor(stage.path(`${name}-may-end`))}`),
  })

  test('that drains lets what runs end and be evaluated, starts nothing, and resumed goes on where it was', async () => {
    const play = await stage.play({ chain: chainOf(held('drained'), { name: 'after', dependsOn: ['drained'] }) })
    await play.start()
    await isRunning('drained-begun')
    await play.send({ type: 'directive.pause', mode: 'drain' })
    expect((await play.look()).value).toEqual({ paused: 'held' })
    stage.open('drained-may-end')
    await play.untilStep('drained', 'passed')
    expect((await play.look('after-g1')).value).toBe('pending')
    await play.send({ type: 'directive.resume' })
    await play.until({ matches: 'completed' })
    expect(marks('drained-begun')).toBe(1)
    const states = (await play.told('directive.status_changed')).map(({ data }) => data.state)
    expect(states).toEqual(['planning', 'active', 'paused', 'active', 'completed'])
  })

  test('that interrupts cancels what runs, which is started again, and that is no rework', async () => {
    const play = await stage.play({ chain: chainOf(held('interrupted')) })
    await play.start()
    await isRunning('interrupted-begun')
    await play.send({ type: 'directive.pause', mode: 'interrupt' })
    expect((await play.look('interrupted-g1')).value).toBe('ready')
    expect((await play.look('interrupted-g1/contract')).value).toBe('queued')
    stage.open('interrupted-may-end')
    await play.send({ type: 'directive.resume' })
    await play.until({ matches: 'completed' })
    expect(marks('interrupted-begun')).toBe(2)
    expect((await play.look('interrupted-g1')).context).toMatchObject({
      reworkCount: 0,
      attempt: 1,
      evaluation: { level: 'green' },
    })
    expect(await play.told('step.rework')).toEqual([])
  })

  test('is no time: neither that, nor waiting for an answer, is wall time', async () => {
    const play = await stage.play({ chain: chainOf({ name: 'one', verifiers: [] }) })
    await play.start()
    await play.untilStep('one', 'evaluating.awaitingApproval')
    const before = (await play.context()).totals.wallTimeMs
    expect((await play.look()).value.active.wallTime).toBe('still')
    const later = Date.now() + 3_600_000
    await play.send({ type: 'directive.pause', at: later })
    await play.send({ type: 'directive.resume', at: later + 3_600_000 })
    await play.approve({ at: later + 7_200_000 }, 'one-g1')
    await play.until({ tag: 'waiting' })
    expect((await play.context()).totals.wallTimeMs).toBe(before)
  })

  test('begun anew by a start plans again, and keeps the steps that passed', async () => {
    const chain = chainOf(
      { name: 'kept', contract: shell(mark('kept')) },
      { name: 'anew', dependsOn: ['kept'], contract: shell(waitFor(stage.path('anew'))) },
    )
    const play = await stage.play({ chain })
    await play.start()
    await play.untilStep('anew', 'running')
    await play.send({ type: 'directive.pause', mode: 'interrupt' })
    stage.open('anew')
    await play.start()
    await play.until({ matches: 'completed' })
    expect(await play.context()).toMatchObject({ chainGeneration: 2, steps: { kept: { id: 'kept-g2' } } })
    expect((await play.look('anew-g1')).context.skipped).toBe('superseded')
    expect((await play.told('chain.regenerated'))[0]!.data).toMatchObject({ carriedOver: 1 })
    expect(marks('kept')).toBe(1)
  })
})

describe('a stop', () => {
  test('is taken wherever a directive is: as a draft, while its plan is asked about, and paused', async () => {
    const manual = { autonomy: 'manual', chain: chainOf({ name: 'one' }) }
    const [draft, asks, pauses] = [await stage.play(manual), await stage.play(manual), await stage.play({})]
    await asks.start()
    expect((await asks.look()).value).toEqual({ planning: 'reviewing' })
    await pauses.start()
    expect((await pauses.look()).tags).toContain('paused')
    for (const play of [draft, asks, pauses]) {
      await play.send({ type: 'directive.stop', reason: 'enough' })
      expect((await play.look()).value).toBe('failed')
      expect((await play.context()).outcome).toEqual({ code: 'directive.stopped', reason: 'enough' })
    }
    expect((await asks.look('approval-1')).value).toBe('withdrawn')
  })

  test('ends processes, withdraws questions, skips what is unfinished, and cannot be resumed', async () => {
    const pid = stage.path('stopped-pid')
    const chain = chainOf(
      { name: 'works', contract: shell(`echo $$ > ${pid}.part; mv ${pid}.part ${pid}; exec sleep 600`) },
      { name: 'asks', verifiers: [] },
      { name: 'waits', dependsOn: ['works'] },
    )
    const play = await stage.play({ chain })
    await play.start()
    await play.untilStep('asks', 'evaluating.awaitingApproval')
    await isRunning('stopped-pid')
    await play.send({ type: 'directive.stop', reason: 'enough' })
    await play.until('done')
    const { outcome, steps } = await play.context()
    expect(outcome).toEqual({ code: 'directive.stopped', reason: 'enough' })
    expect(Object.values(steps).map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped'])
    for (const name of ['works', 'asks', 'waits']) {
      const { value, context } = await play.look(`${name}-g1`)
      expect([name, value, context.skipped]).toEqual([name, 'skipped', 'stopped'])
    }
    expect((await play.look('works-g1/contract')).value).toBe('cancelled')
    expect((await play.look('asks-g1/approval-1')).value).toBe('withdrawn')
    const number = Number(readFileSync(pid, 'utf8'))
    await eventually(() => expect(isThere(`/proc/${number}/fd`)).toBe(false))
    await expect(play.send({ type: 'directive.resume' })).rejects.toMatchObject({ code: 'system.final' })
  })
})

describe('another plan', () => {
  test('carries over what has passed and is unchanged, and does the rest; the old one stays readable', async () => {
    const counted = (name: string, more: object = {}) => ({ name, contract: shell(mark(`re-${name}`)), ...more })
    const held = {
      name: 'held',
      dependsOn: ['same', 'changed', 'after'],
      contract: shell(
        `echo $$ > ${stage.path('held.part')}; mv ${stage.path('held.part')} ${stage.path('held-pid')}; exec sleep 600`,
      ),
    }
    const first = chainOf(counted('same'), counted('changed'), counted('after', { dependsOn: ['changed'] }), held)
    const play = await stage.play({ chain: first })
    await play.start()
    await isRunning('held-pid')
    const pid = readFileSync(stage.path('held-pid'), 'utf8').trim()
    const second = chainOf(
      counted('same'),
      counted('changed', { description: 'something else' }),
      counted('after', { dependsOn: ['changed'] }),
    )
    await play.send({ type: 'directive.replan', reason: 'better', chain: second })
    await play.until({ matches: 'completed' })
    expect(['same', 'changed', 'after'].map((name) => marks(`re-${name}`))).toEqual([1, 2, 2])
    expect((await play.look('held-g1')).context.skipped).toBe('superseded')
    expect((await play.look('held-g1/contract')).value).toBe('cancelled')
    await eventually(() => expect(isThere(`/proc/${pid}/fd`)).toBe(false))
    const [old, now] = [await play.look('chain.1'), await play.look('chain.2')]
    expect(old).toMatchObject({ value: 'superseded', context: { supersededBy: 'trial-g2' } })
    expect(now.context).toMatchObject({
      reason: 'better',
      carriedOver: ['same'],
      difference: { added: [], removed: ['held'], changed: ['changed'], unchanged: ['same', 'after'] },
    })
  })

  test('may say itself that a passed step is carried over though it changed', async () => {
    const step = (more: object = {}) => ({ name: 'made', contract: shell(mark('made')), ...more })
    const held = { name: 'held', dependsOn: ['made'], contract: shell(waitFor('/nonexistent')) }
    const play = await stage.play({ chain: chainOf(step(), held) })
    await play.start()
    await play.untilStep('held', 'running')
    const chain = chainOf(step({ description: 'said better', carryOver: true }), { name: 'held', dependsOn: ['made'] })
    await play.send({ type: 'directive.replan', reason: 'no need', chain })
    await play.until({ matches: 'completed' })
    expect(marks('made')).toBe(1)
  })

  test('is refused without a chain where nobody could make one, and where the chain is unsound', async () => {
    const play = await stage.play({ chain: chainOf({ name: 'one', verifiers: [] }) })
    await play.start()
    await play.send({ type: 'directive.replan', reason: 'better' })
    await play.send({ type: 'directive.replan', reason: 'better', chain: chainOf({ name: 'one', dependsOn: ['one'] }) })
    expect(await play.context()).toMatchObject({ chainGeneration: 1 })
  })

  test('the guards look at the present generation alone', async () => {
    const blocked = { name: 'one', verifiers: [failing] }
    const play = await stage.play({ chain: chainOf(blocked), limits: { maxReworkCycles: 0 } })
    await play.start()
    await play.until({ matches: { active: { work: 'stuck' } } })
    await play.send({ type: 'directive.replan', reason: 'another way', chain: chainOf({ name: 'two' }) })
    await play.until({ matches: 'completed' })
    expect((await play.context()).outcome!.code).toBe('completed')
  })
})

describe('the file', () => {
  test('does not become a plan where it is unsound, and says where', async () => {
    const many = Array.from({ length: 5001 }, (_, index) => ({ name: `s${index}`, description: 'x', verifiers: [] }))
    const one = { name: 'one' }
    const unsound: [chain: object, reason: string, more?: object][] = [
      [chainOf(one), 'R1', { requirements: [{ id: 'R1', text: 'it is fast' }] }],
      [chainOf(...many), '5000'],
      [chainOf(one, one), 'one'],
      [chainOf({ name: 'Not_So' }), 'Not_So'],
      [chainOf({ name: 'one', dependsOn: ['none'] }), 'none'],
      [chainOf({ name: 'a', dependsOn: ['b'] }, { name: 'b', dependsOn: ['a'] }), 'a -> b -> a'],
    ]
    for (const [chain, reason, more = {}] of unsound) {
      const play = await stage.play({ chain, ...more })
      await play.start()
      const { attention, chainGeneration } = await play.context()
      expect(attention).toMatchObject({ code: 'planning.failed', reason: expect.stringContaining(reason) })
      expect(chainGeneration).toBe(0)
    }
  })

  test('of a template is research, implementation and test, only when asked for', async () => {
    const file = { planner: 'template', executor: noop.executor, autonomy: 'full_auto' }
    const play = await stage.play(file)
    await play.start()
    await play.until({ matches: 'completed' })
    expect(Object.keys((await play.context()).steps)).toEqual(['research', 'implement', 'test'])
    expect((await play.look('chain.1')).context.source).toBe('template')
  })

  test('with a goal and nobody to plan pauses with the reason, and resumed tries again', async () => {
    const play = await stage.play({})
    await play.start()
    expect(await play.context()).toMatchObject({ attention: { code: 'planning.failed' } })
    await play.send({ type: 'directive.resume' })
    expect((await play.look()).value).toEqual({ paused: 'held' })
    await play.send({
      type: 'directive.replan',
      reason: 'by hand',
      chain: chainOf({ name: 'one', verifiers: [passing] }),
    })
    await play.until({ matches: 'completed' })
  })
})
