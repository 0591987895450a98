import { DBOS } from '@dbos-inc/dbos-sdk'
import { notes } from '../account.ts'
import { createMeter, type Contestant } from '../measurement.ts'
import { versionOf } from '../version.ts'

const version = versionOf('@dbos-inc/dbos-sdk')
// Its own default is ten connections; with more it does more here.
const CONNECTIONS = 32

type Options = { seconds: number; concurrency: number }

let meter: ReturnType<typeof createMeter>
/** By workflow: called when it has its message. */
const received = new Map<string, () => void>()

const steps = DBOS.registerWorkflow(
  async () => {
    let state = { n: 0, last: 0, notes: notes() }
    while (meter.open) {
      state = await DBOS.runStep(async () => ({ ...state, n: state.n + 1 }), { name: 'transition' })
      meter.count()
    }
  },
  { name: 'steps' },
)

const receiver = DBOS.registerWorkflow(
  async () => {
    let state = { n: 0, last: 0, notes: notes() }
    for (;;) {
      const message = await DBOS.recv<{ by: number }>('events', 60)
      if (!message || message.by === 0) return
      state = { ...state, n: state.n + message.by }
      meter.count()
      received.get(DBOS.workflowID ?? '')?.()
    }
  },
  { name: 'receiver' },
)

async function launched<T>(url: string, use: () => Promise<T>): Promise<T> {
  DBOS.setConfig({
    name: 'bench',
    systemDatabaseUrl: url,
    systemDatabasePoolSize: CONNECTIONS,
    logLevel: 'error',
    enableOTLP: false,
  })
  await DBOS.launch()
  return use() // its process is ended when the figure is known
}

const step: Contestant = {
  name: "DBOS, a workflow's steps",
  version,
  unit: 'a step that returns 1.5 kB of state, in as many workflows as there are at a time',
  times: 15,
  concurrencies: [32, 100, 300],
  run: ({ url }, { seconds, concurrency }: Options) =>
    launched(url, async () => {
      meter = createMeter({ seconds })
      for (let n = 0; n < concurrency; n++) await DBOS.startWorkflow(steps)()
      return meter.rate()
    }),
}

const message: Contestant = {
  name: 'DBOS, messages to workflows',
  version,
  unit: 'a message with an idempotency key, sent to one of as many workflows as there are at a time, and received by it before the next',
  concurrencies: [32, 100, 300],
  run: ({ url }, { seconds, concurrency }: Options) =>
    launched(url, async () => {
      meter = createMeter({ seconds, warmUp: 4 })
      const handles = await Promise.all(Array.from({ length: concurrency }, () => DBOS.startWorkflow(receiver)()))
      const loop = async (id: string) => {
        for (let n = 0; meter.open; n++) {
          const arrived = new Promise<void>((resolve) => received.set(id, resolve))
          await DBOS.send(id, { by: 1 }, 'events', `${id}-${n}`)
          await arrived
        }
      }
      await Promise.all(handles.map(({ workflowID }) => loop(workflowID)))
      return meter.rate()
    }),
}

export const contestants = [step, message]
