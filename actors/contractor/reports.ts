import { StringDecoder } from 'node:string_decoder'
import { stripVTControlCharacters } from 'node:util'
import type { ContractBrief, ContractReport } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { type Redact, redactedStream } from '../redaction.ts'
import { phaseIn } from './outbox.ts'

/** Each report is a durable event, so at most one of a kind in this time; a person reads no faster. */
const everyMs = 2000

/** Turns what an executor prints into progress, and what it writes to `outbox/phase` into phases, until stopped. */
export function reporter(
  context: Pick<ActivityContext, 'report'>,
  contract: Pick<ContractBrief, 'phase' | 'phases'>,
  { outbox, redact, now }: { outbox: string; redact: Redact; now: () => number },
) {
  let line = ''
  let told = ''
  const decoder = new StringDecoder('utf8')
  const clean = redactedStream(redact)
  let phase = contract.phase
  let last = Promise.resolve()
  // In order, and never more than one under way. One that is refused is of an attempt that no longer counts.
  const report = (event: ContractReport) => {
    last = last.then(() => context.report(event)).catch(() => undefined)
  }
  const enter = (next: string) => {
    if (next === phase || !contract.phases.includes(next)) return
    phase = next
    report({ type: 'contract.phase', at: now(), phase })
  }
  const look = () => {
    enter(phaseIn(outbox))
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

const lastLine = (text: string): string | undefined =>
  stripVTControlCharacters(text.slice(-2000))
    .replaceAll(/[\0-\x09\x0b-\x1f\x7f]/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1)
    ?.slice(0, 500)
