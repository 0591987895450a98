import { courierOf, type Delivery, type DirectiveContext, NotificationTarget } from '../machines/index.ts'
import { Rejection, type Runtime } from '../runtime/index.ts'
import type { Adjutant } from './compose.ts'
import type { Environment } from './environment.ts'
import { allRows } from './identity.ts'
import type { Shell } from './shell.ts'

/** Who is told when a file names nobody: the variables hold the secrets, the directive only their names. */
export function defaultTargets(variables: Environment['variables']): NotificationTarget[] {
  const secretEnv = 'ADJUTANT_WEBHOOK_SECRET'
  const webhook = { kind: 'webhook', urlEnv: 'ADJUTANT_WEBHOOK_URL', ...(variables[secretEnv] && { secretEnv }) }
  const slack = { kind: 'slack', urlEnv: 'ADJUTANT_SLACK_URL' }
  return [webhook, slack].filter(({ urlEnv }) => variables[urlEnv]).map((target) => NotificationTarget.parse(target))
}

// A receiver that is there answers at once; for one that is not, the next process goes on trying.
const patienceMs = 10_000

/** Stays until what has been said is delivered, for this process may be the only one that would do it. */
export async function awaitCourier(shell: Shell, { runtime }: Adjutant, id: string): Promise<void> {
  const { file } = (await runtime.snapshot(id)).context as DirectiveContext
  if (file.notifications.length === 0) return
  const courier = courierOf(id)
  try {
    await within(patienceMs, shell.interrupted, async () => {
      await runtime.settled(courier)
      await runtime.waitFor(courier, { tag: 'idle' }, { timeout: patienceMs })
    })
    for (const notice of await noticesOf(runtime, id)) {
      const isOld = notice.endedAt !== null && notice.endedAt < performance.timeOrigin
      if (notice.state !== 'sent' && !isOld) shell.terminal.warn(`adjutant: ${noticeLine(notice)}`)
    }
  } catch (error) {
    if (!(error instanceof Rejection)) throw error
  }
}

/** A notice as it is listed: on its way, or how that ended. */
export type Notified = Delivery & { directiveId: string }

export const noticesOf = async (runtime: Runtime, id: string): Promise<Notified[]> =>
  (await allRows(runtime, 'notice', { systemId: courierOf(id) })).map(({ data }) => data as Notified)

export const noticeLine = ({ state, event, kind, code, reason }: Notified): string => {
  if (state === 'sent') return `${event} was delivered (${kind})`
  if (state === 'sending') return `${event} is not delivered yet (${kind}); the next run or serve goes on trying`
  return `${event} was not delivered (${kind}): ${code}: ${reason}`
}

/** Resolves when the work is done, or the time is up, or somebody interrupts; what the work refuses is refused. */
async function within(ms: number, interrupted: AbortSignal, work: () => Promise<void>): Promise<void> {
  const late = AbortSignal.any([AbortSignal.timeout(ms), interrupted])
  const aborted = new Promise<void>((resolve) => {
    if (late.aborted) resolve()
    late.addEventListener('abort', () => resolve(), { once: true })
  })
  const working = work().catch((error: unknown) => {
    if (!(error instanceof Rejection) || error.code !== 'wait.timeout') throw error
  })
  await Promise.race([working, aborted])
}
