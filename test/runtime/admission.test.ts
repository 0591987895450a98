import { describe, expect, test } from 'vitest'
import { Admission } from '../../runtime/admission.ts'
import { createGates } from './gates.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()

const ADD = { type: 'ADD' }
const OVERLOADED = { code: 'runtime.overloaded', retryAfterMs: 1_000 }

test('what is beyond the limit is refused before anything happens, and is taken later', async () => {
  const { onPoint, holdAt } = createGates()
  const runtime = await hosts.start({ onPoint, admission: { count: 2, bytes: 1_000_000 } })
  const { id } = await runtime.spawn('counter')
  const gate = holdAt('commit.before')
  const sending = [runtime.send(id, ADD), runtime.send(id, ADD)]
  await gate.reached
  await expect(runtime.send(id, ADD, { idempotencyKey: 'third' })).rejects.toMatchObject(OVERLOADED)
  await expect(runtime.spawn('counter')).rejects.toMatchObject(OVERLOADED)
  gate.open()
  await Promise.all(sending)
  expect(await runtime.send(id, ADD, { idempotencyKey: 'third' })).toMatchObject({ duplicate: false })
  expect((await runtime.snapshot(id)).context.n).toBe(3)
})

describe('a limit of bytes', () => {
  const never = () => new Promise<void>(() => {})

  test('is one of all that waits together', async () => {
    const admission = new Admission({ count: 10, bytes: 100 })
    void admission.admit(60, never)
    await expect(admission.admit(60, never)).rejects.toMatchObject(OVERLOADED)
    expect(await admission.admit(40, () => Promise.resolve('taken'))).toBe('taken')
  })

  test('lets one by that is larger, if it is alone', async () => {
    const admission = new Admission({ count: 10, bytes: 100 })
    expect(await admission.admit(1_000, () => Promise.resolve('taken'))).toBe('taken')
  })

  test('is free again after a failure', async () => {
    const admission = new Admission({ count: 1, bytes: 100 })
    await expect(admission.admit(100, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await admission.admit(100, () => Promise.resolve('taken'))).toBe('taken')
  })
})
