import { expect, onTestFinished, test } from 'vitest'
import { createCable } from '../runtime/cable.ts'
import { useHosts } from '../runtime/hosts.ts'
import { eventually } from '../support/eventually.ts'

const hosts = useHosts()

test('an attempt that was started, and whose process was never told, is made again', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const turns = await hosts.start({ roles: ['turns'] })
  const { id } = await turns.spawn('worker')
  const doer = await hosts.start({
    name: 'doer',
    database: cable.url,
    roles: ['activities'],
    leaseMs: 3_000,
    activities: { work: async ({ attempt }: { attempt: number }) => attempt },
    // Just before the first start is sent: an answer lost earlier, to a lease say, is another story.
    onPoint: async (point) => {
      if (point !== 'activity.dispatch') return
      const [process] = await hosts.sql`
        select id from process where name = 'doer' and exists (select from activity where attempt = 0)`
      if (process) cable.swallowAnswersTo(process.id as string)
    },
  })
  await eventually(async () =>
    expect(await hosts.sql`select from activity where status = 'running' and attempt = 1`).toHaveLength(1),
  )
  cable.cut({ tellServer: true })
  expect((await turns.waitFor(id, { matches: 'done' }, { timeout: 60_000 })).context.result).toBe(2)
  expect(await hosts.sql`select lost from activity`).toEqual([{ lost: 1 }])
  await doer.close()
})
