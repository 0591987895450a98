// A runtime in a process of its own, which does what its parent tells it: `node host.ts '{"url":…,"name":…}'`.
import { openDatabase } from '../../db/index.ts'
import { hostTime } from '../../runtime/clock.ts'
import { createRuntime } from '../../runtime/index.ts'
import { workloadActivities } from '../../runtime/testing/workload-job.ts'
import { workloadMachines } from '../../runtime/testing/workload-machines.ts'
import { UNREACHABLE, type Answer, type HostOptions, type Request } from './wording.ts'

const { url, name, leaseMs } = JSON.parse(process.argv[2] as string) as HostOptions
const say = (answer: Answer) => process.send?.(answer)
process.on('disconnect', () => process.exit(0))

// The machine's clock as the runtime reads it; somebody sets it.
let jump = 0
const clock = {
  now: hostTime(() => Date.now() + jump),
  setTimeout: (fn: () => void, ms: number) => setTimeout(fn, Math.min(ms, 2 ** 31 - 1)),
  clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
}

const database = await openDatabase(url, { max: 8 }).catch(() => process.exit(UNREACHABLE))
const runtime = await createRuntime({
  database,
  name,
  leaseMs,
  clock,
  machines: workloadMachines,
  activities: workloadActivities(clock, (attempt) => say({ attempt })),
  log: (problem, detail) => console.log(new Date().toISOString(), problem, detail),
})
await runtime.start().catch((error) => {
  console.log('not started', error)
  process.exit(UNREACHABLE)
})

const operations = {
  spawn: ({ machine, id, input }: any) => runtime.spawn(machine, { id, input }),
  send: ({ system, event, options }: any) => runtime.send(system, event, options),
}

process.on('message', ({ n, ask, jump: by, close }: Request) => {
  if (by !== undefined) jump = by
  if (close) void runtime.close().then(async () => (await database.close(), process.disconnect()))
  if (!ask) return
  operations[ask.kind](ask).then(
    (answer: any) => say({ n, answer }),
    ({ name, code, message }: any) => say({ n, error: { name, code, message } }),
  )
})
say({ ready: true })
