import { expect, onTestFinished, test } from 'vitest'
import { createCable } from './cable.ts'
import { useHosts } from './hosts.ts'

const hosts = useHosts()

test('a heartbeat whose answer is lost is repeated: the attempt goes on', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const attempts: number[] = []
  const work = async ({ attempt, heartbeat }: { attempt: number; heartbeat(): Promise<void> }) => {
    attempts.push(attempt)
    await heartbeat()
    cable.swallowAnswersTo('with mine as materialized')
    const beat = heartbeat()
    for (let n = 0; n < 100; n++) await new Promise(setImmediate)
    cable.cut({ tellServer: true })
    await beat
    return 'alive'
  }
  const runtime = await hosts.start({ database: cable.url, activities: { work: { run: work } } })
  const { id } = await runtime.spawn('worker')
  expect(await runtime.waitFor(id, { matches: 'done' }, { timeout: 20_000 })).toMatchObject({
    context: { result: 'alive' },
  })
  expect(attempts).toEqual([1])
})
