// A process on a database full of sleeping systems: what it takes, and how late their timers are that fall due then.
import { setTimeout as pause } from 'node:timers/promises'
import { machines, withRuntime } from '../account.ts'
import { parentOf } from './fork.ts'

const parent = parentOf<{ url: string; quietMs: number }>()
const { url, quietMs } = parent.options

let due: Record<string, number> = {}
const late: number[] = []
const fired = Promise.withResolvers<void>()
// Called with each commit; the clocks of this machine's Postgres and of this process are the same one.
const onPoint = (point: string, { systems }: Record<string, unknown>) => {
  if (point !== 'commit.after') return
  for (const id of systems as string[]) if (id in due) late.push(Date.now() - (due[id] as number))
  if (late.length >= Object.keys(due).length) fired.resolve()
}

await withRuntime(
  url,
  async () => {
    await pause(1_000)
    const before = process.cpuUsage()
    await pause(quietMs)
    const { user, system } = process.cpuUsage(before)
    const quiet = process.memoryUsage().rss
    parent.say('quiet')
    due = (await parent.hear())[0] as Record<string, number>
    const enough = new AbortController()
    await Promise.race([fired.promise, pause(60_000, undefined, { signal: enough.signal }).catch(() => {})])
    enough.abort()
    parent.say({ late, quiet, busy: process.memoryUsage().rss, cpu: (user + system) / 1_000 / quietMs })
    await parent.hear()
  },
  { machines, onPoint },
)
process.disconnect?.()
