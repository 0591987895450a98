import { expect, test } from 'vitest'
import { z } from 'zod'
import { createRuntime } from '../../runtime/index.ts'
import { createTestDatabase } from '../support/database.ts'
import { counter } from './machines.ts'

test('where schemas are given, an event of unknown type or shape is refused, and the next one is taken', async () => {
  const db = await createTestDatabase()
  const schemas = { ADD: z.strictObject({ type: z.literal('ADD'), by: z.number().optional() }) }
  const machines = { strict: { machine: counter, version: '1', schemas }, lax: counter }
  const runtime = await createRuntime({ database: db.database, machines })
  await runtime.start()
  const { id } = await runtime.spawn('strict')
  await expect(runtime.send(id, { type: 'NOPE' })).rejects.toMatchObject({
    code: 'event.invalid',
    message: 'strict takes no event NOPE; it takes ADD',
  })
  await expect(runtime.send(id, { type: 'toString' })).rejects.toMatchObject({ code: 'event.invalid' })
  await expect(runtime.send(id, { type: 'ADD', by: 'two' })).rejects.toMatchObject({ code: 'event.invalid' })
  const sends = [1, 10, 100].map((by) => runtime.send(id, { type: 'ADD', by }))
  await Promise.all(sends)
  expect((await runtime.snapshot(id)).context.n).toBe(111)
  const free = await runtime.spawn('lax')
  await runtime.send(free.id, { type: 'NOPE' })
  expect(await runtime.snapshot(free.id)).toMatchObject({ seq: 2, context: { n: 0 } })
  await expect(runtime.send('nobody', { type: 'ADD' })).rejects.toMatchObject({ code: 'system.not_found' })
  await runtime.close()
  await db.drop()
})
