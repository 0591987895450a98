import { expect, test } from 'vitest'
import { directiveCommands, machines } from '../../machines/index.ts'

test('an update holds what was given and no defaults, which would reset the rest', () => {
  const update = directiveCommands['directive.update']
  const changes = { title: 'Other' }
  expect(update.parse({ type: 'directive.update', changes }).changes).toEqual(changes)
  expect(update.safeParse({ type: 'directive.update', changes: { titel: 'x' } }).success).toBe(false)
})

test('every command that some machine takes from outside has a schema under its own type', () => {
  const { schemas } = machines.directive
  for (const [type, schema] of Object.entries(schemas)) expect(schema.shape.type.value).toBe(type)
  const taken = [machines.directive, machines.step, machines.contract, machines.approval]
    .flatMap(({ machine }) => machine.events as string[])
    .filter((type) => /^(directive|step|contract|approval)\./.test(type))
  const fromWithin = new RegExp(
    [
      'step.(changed|spent|ready|start|interrupt|withhold|offer|abandon)',
      'contract.(start|interrupt|withhold|offer|rework|accept|cancel|progress|phase|session|cost|delivered|failed|spent)',
      'approval.(resolved|withdraw)',
    ]
      .map((types) => `^${types}$`)
      .join('|'),
  )
  expect(new Set(taken.filter((type) => !fromWithin.test(type)))).toEqual(new Set(Object.keys(schemas)))
})
