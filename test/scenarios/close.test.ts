import { expect, onTestFinished, test } from 'vitest'
import { createCable } from '../runtime/cable.ts'
import { useHosts } from '../runtime/hosts.ts'

const hosts = useHosts()
const ADD = { type: 'ADD' }

test('a runtime closes though the database went away in the middle of a commit', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const runtime = await hosts.start({ database: cable.url, leaseMs: 1_000 })
  const { id } = await runtime.spawn('counter')
  await cable.close()
  const refused = expect(runtime.send(id, ADD)).rejects.toMatchObject({ code: 'send.unknown' })
  await runtime.close()
  await refused
})
