import { type AnyStateMachine, type AnyStateNode, createMachine } from 'xstate'
import { describe, expect, test } from 'vitest'
import { activitySchemas, machines } from '../../machines/index.ts'

const all = Object.entries(machines).map(([name, { machine }]) => [name, machine as AnyStateMachine] as const)

const nodesOf = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(nodesOf)]
const transitionsOf = (node: AnyStateNode) => [...[...node.transitions.values()].flat(), ...(node.always ?? [])]
const nameOf = (part: any): string => (typeof part === 'string' ? part : part.type)

const functionsIn = (value: unknown, path = ''): string[] => {
  if (typeof value === 'function') return [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) => functionsIn(member, `${path}.${key}`))
}

describe.each(all)('the machine %s', (name, machine) => {
  test('is data: nothing but its context is a function, so it can be opened in an editor', () => {
    expect(functionsIn(machine.config)).toEqual(['.context'])
    const { context: _, ...rest } = machine.config
    expect(JSON.parse(JSON.stringify(rest))).toEqual(rest)
  })

  test('is the same machine after a round trip through JSON', () => {
    const revived = createMachine({
      ...JSON.parse(JSON.stringify(machine.config)),
      context: machine.config.context,
    }).provide(machine.implementations as never)
    const shape = (each: AnyStateMachine) =>
      nodesOf(each.root).map((node) => [
        node.id,
        node.type,
        transitionsOf(node).map(({ eventType, target, guard, actions }) => [
          eventType,
          target?.map(({ id }) => id),
          guard && nameOf(guard),
          actions.map(nameOf),
        ]),
      ])
    expect(shape(revived)).toEqual(shape(machine))
  })

  test('has an implementation for every guard, action, actor and delay it names', () => {
    const { actions, guards, delays } = machine.implementations as unknown as Record<string, Record<string, unknown>>
    const nodes = nodesOf(machine.root)
    const named = (part: any) => nameOf(part)
    const used = {
      actions: nodes
        .flatMap((node) => [...node.entry, ...node.exit, ...transitionsOf(node).flatMap((each) => each.actions)])
        .map(named)
        .filter((action) => !action.startsWith('xstate.')),
      guards: nodes.flatMap(transitionsOf).flatMap((each) => (each.guard ? [named(each.guard)] : [])),
      delays: nodes.flatMap((node) => Object.keys((node.config as any).after ?? {})),
    }
    expect(used.actions.filter((action) => !actions![action])).toEqual([])
    expect(used.guards.filter((guard) => !guards![guard])).toEqual([])
    expect(used.delays.filter((delay) => !delays![delay])).toEqual([])
    const idle = (known: object, names: string[]) => Object.keys(known).filter((each) => !names.includes(each))
    expect(idle(actions!, used.actions)).toEqual([])
    expect(idle(guards!, used.guards)).toEqual([])
  })

  test('tells what each state that waits for an activity waits for, by a name that has a schema', () => {
    const actors = Object.keys(machine.implementations.actors)
    for (const node of nodesOf(machine.root)) {
      const { activity } = (node.meta ?? {}) as { activity?: string }
      if (activity === undefined) continue
      expect(Object.keys(activitySchemas)).toContain(activity)
      expect(actors).toContain(activity)
      // Several at a time have ids of their own.
      const awaited = Object.keys(node.config.on ?? {})
      for (const end of ['xstate.done.actor', 'xstate.error.actor'])
        expect([`${end}.${activity}`, `${end}.*`].some((type) => awaited.includes(type))).toBe(true)
    }
  })

  test('is registered under its own name', () => {
    expect(machine.id).toBe(name)
  })
})

test('an activity nobody provides fails the way any activity may fail', async () => {
  const { workspace } = machines.contract.machine.implementations.actors as Record<string, any>
  await expect(workspace.config({})).rejects.toThrow('the activity workspace is not provided')
})

test.each([
  ['step', ['contracting', 'evaluating', 'approving', 'merging', 'status']],
  [
    'directive',
    [
      ...[
        'drafting',
        'planning',
        'adopting',
        'dispatching',
        'spending',
        'reviewing',
        'approving',
        'notifying',
        'reserving',
      ],
      ...['publishing', 'status', 'stopping'],
    ],
  ],
])('no two groups of actions of %s have a name in common', async (folder, groups) => {
  const names = await Promise.all(
    groups.map(async (group) => Object.keys((await import(`../../machines/${folder}/${group}.ts`))[group])),
  )
  expect(new Set(names.flat()).size).toBe(names.flat().length)
})
