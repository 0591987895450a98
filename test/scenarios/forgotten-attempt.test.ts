import { expect, onTestFinished, test } from 'vitest'
import { createCable } from '../runtime/cable.ts'
import { useHosts } from '../runtime/hosts.ts'
import { eventually } from '../support/eventually.ts'

const hosts = useHosts()

test('an attempt that was started, and whose process was never told, is made again', async () => {
  const cable = await createCable(hosts.db.url)
  onTestFinished(cable.close)
  const turns = await hosts.start({ roles: ['turns'] })
  const activities = { work: async ({ attempt }: { attempt: number }) => attempt }
  let deafen = () => {}
  const doer = await hosts.start({
    name: 'doer',
    database: cable.url,
    roles: ['activities'],
    leaseMs: 3_000,
    activities,
    // Just before the start is sent, and only when there is something to start: an answer lost earlier is another story.
    onPoint: async (point) => {
      if (point !== 'activity.dispatch') return
      const queued = await hosts.sql`select from activity where status = 'queued' and attempt = 0`
      if (queued.length) deafen()
    },
  })
  const [process] = await hosts.sql`select id from process where name = 'doer'`
  deafen = () => cable.swallowAnswersTo(process?.id as string)
  const { id } = await turns.spawn('worker')
  await eventually(async () =>
    expect(await hosts.sql`select from activity where status = 'running' and attempt = 1`).toHaveLength(1),
  )
  cable.cut({ tellServer: true })
  expect((await turns.waitFor(id, { matches: 'done' }, { timeout: 10_000 })).context.result).toBe(2)
  expect(await hosts.sql`select lost from activity`).toEqual([{ lost: 1 }])
  await doer.close()
})
