import type { createWorkbenches, Workbench, WorkResult } from '../../actors/index.ts'
import type { Shell } from '../shell.ts'
import { type Beat, type Claim, type Coordinator, Refused, type Spent } from './coordinator.ts'
import { keepLease } from './lease.ts'
import { OutputReport } from './report.ts'

export type Job = {
  coordinator: Coordinator
  benches: ReturnType<typeof createWorkbenches>
  argv: readonly string[]
  passed: readonly string[]
}

export type End = 'delivered' | 'failed' | 'lost' | 'released'

/** Works on one contract, from its workspace to its delivery, and says what came of it. */
export async function workOn(shell: Shell, job: Job, claim: Claim): Promise<End> {
  const { terminal, interrupted } = shell
  const { id } = claim.contract
  terminal.data({ event: 'claimed', contract: id, fence: claim.fence })
  terminal.say(`${id}: claimed (fence ${claim.fence})`)
  const told = (end: End, why = ''): End => {
    terminal.data({ event: end, contract: id, fence: claim.fence, ...(why !== '' && { why }) })
    terminal.say(`${id}: ${end}${why === '' ? '' : `, ${why}`}`)
    return end
  }
  try {
    const result = await underLease(shell, job, claim)
    if (result.ok) return told('delivered')
    return told('failed', result.reason)
  } catch (error) {
    if (error instanceof Refused) return told('lost', `${error.code}: ${error.message}`)
    if (!interrupted.aborted) return told('failed', await giveUp(job.coordinator, claim, error as Error))
    await job.coordinator.release(claim, AbortSignal.timeout(5000)).catch(() => undefined)
    return told('released')
  }
}

/** For what is nobody's fault but this machine's: a full disk, a git that is not there. */
async function giveUp(coordinator: Coordinator, claim: Claim, { message }: Error): Promise<string> {
  const failure = { code: 'worker.failed', reason: message.slice(0, 4000) || 'the worker failed' }
  await coordinator.fail(claim, failure, AbortSignal.timeout(claim.leaseMs)).catch(() => undefined)
  return message
}

/** The work and its heartbeats, side by side: the lease is kept until the delivery is taken. */
async function underLease({ interrupted }: Shell, job: Job, claim: Claim): Promise<WorkResult> {
  const lost = new AbortController()
  const ended = new AbortController()
  const signal = AbortSignal.any([interrupted, lost.signal])
  const output = new OutputReport(claim.logBytes)
  const bench: { open?: Workbench } = {}
  const news = newsOf(output, bench, claim)
  const keeping = keepLease(job.coordinator, claim, { news, ended: ended.signal }).then((reason) => {
    if (reason) lost.abort(reason)
  })
  try {
    bench.open = await job.benches.open(claim, await job.coordinator.workspace(claim, signal))
    const { argv, passed } = job
    const result = await bench.open.run({ argv, passed, signal, onOutput: (text) => output.hear(text) })
    const spent = { from: 0, costs: bench.open.spent({ ended: true }) }
    await handIn(job.coordinator, claim, { result, output, spent, signal })
    return result
  } catch (error) {
    // An interrupted fetch says so in words of its own.
    throw lost.signal.aborted ? lost.signal.reason : error
  } finally {
    ended.abort()
    await keeping
    await bench.open?.dispose()
  }
}

function newsOf(output: OutputReport, bench: { open?: Workbench }, { contract }: Claim) {
  let [phase, counted] = ['', 0]
  const spent = () => bench.open?.spent({ ended: false }) ?? []
  return {
    hasNews: () => output.hasNews || spent().length > counted,
    next: (): Beat => {
      const now = bench.open?.phase() ?? ''
      const told = now !== phase && contract.phases.includes(now) ? { phase: now } : {}
      const costs = spent().slice(counted)
      return { ...output.next(), ...told, ...(costs.length > 0 && { spent: { from: counted, costs } }) }
    },
    sent: (beat: Beat) => {
      phase = beat.phase ?? phase
      if (beat.spent) counted = beat.spent.from + beat.spent.costs.length
      output.sent(beat)
    },
  }
}

async function handIn(
  coordinator: Coordinator,
  claim: Claim,
  { result, output, spent, signal }: { result: WorkResult; output: OutputReport; spent: Spent; signal: AbortSignal },
): Promise<void> {
  // What it said last belongs to the log of the attempt, too.
  while (output.hasNews) {
    const beat = output.next()
    await coordinator.report(claim, beat, signal)
    output.sent(beat)
  }
  if (result.ok) return coordinator.deliver(claim, { ...result, spent }, signal)
  const { code, reason, exitCode, outputTail } = result
  await coordinator.fail(
    claim,
    { code, reason: reason.slice(0, 4000), exitCode, outputTail: outputTail.slice(-4000), spent },
    signal,
  )
}
