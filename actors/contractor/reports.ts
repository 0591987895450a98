import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import type { ContractBrief, ContractReport, ReportedCost } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { type Redact, redactedStream } from '../redaction.ts'
import { phaseIn } from './outbox.ts'

/** Each report is a durable event, so at most one of a kind in this time; a person reads no faster. */
const everyMs = 2000

type Reporting = {
  outbox: string
  redact: Redact
  now: () => number
  /** All that the attempt has spent by now. */
  spent: () => ReportedCost[]
}

/** Turns what an executor prints into progress, what it writes to its outbox into phases and costs, until stopped. */
export function reporter(
  context: Pick<ActivityContext, 'report'>,
  contract: Pick<ContractBrief, 'phase' | 'phases'>,
  { outbox, redact, now, spent }: Reporting,
) {
  let line = ''
  let told = ''
  const decoder = new StringDecoder('utf8')
  const clean = redactedStream(redact)
  let phase = contract.phase
  let last = Promise.resolve()
  // In order, and never more than one under way. One that is refused is of an attempt that no longer counts.
  const report = (event: ContractReport) => void (last = last.then(() => context.report(event)).catch(() => undefined))
  const enter = (next: string) => {
    if (next === phase || !contract.phases.includes(next)) return
    phase = next
    report({ type: 'contract.phase', at: now(), phase })
  }
  const account = accounting(context, now)
  const look = () => {
    enter(phaseIn(outbox))
    last = last.then(() => account(spent()))
    if (line === told) return
    told = line
    report({ type: 'contract.progress', at: now(), message: line })
  }
  const timer = setInterval(look, everyMs)
  return {
    enter,
    heard(chunk: Buffer) {
      line = lastLine(clean.push(decoder.write(chunk))) ?? line
    },
    async stop() {
      clearInterval(timer)
      line = lastLine(clean.end()) ?? line
      look()
      await last
    },
  }
}

/** Tells what is new in a list of costs. What is lost is told again by the next look, and by the attempt's end. */
function accounting({ report }: Pick<ActivityContext, 'report'>, now: () => number) {
  let heard = 0
  return async (all: readonly ReportedCost[]) => {
    if (all.length <= heard) return
    const event: ContractReport = { type: 'contract.cost', at: now(), spent: { from: heard, costs: all.slice(heard) } }
    await report(event).then(
      () => (heard = all.length),
      () => undefined,
    )
  }
}

const lastLine = (text: string): string | undefined =>
  stripVTControlCharacters(text.slice(-2000))
    .replaceAll(/[\0-\x09\x0b-\x1f\x7f]/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1)
    ?.slice(0, 500)
