import { approvalRefusal, type ApprovalCommand, type ApprovalRequest } from '../machines/index.ts'
import type { Approval } from './accompaniment.ts'
import { factLines } from './approval-facts.ts'
import type { Adjutant } from './compose.ts'
import { deliver, person } from './control.ts'
import { chainFrom } from './directive-document.ts'
import type { DirectiveView } from './directive-view.ts'
import type { Key } from './keyboard.ts'
import type { Progress } from './progress.ts'
import { ask, askAgain, linesOf, press, type Question, type Reply } from './question.ts'
import type { Shell } from './shell.ts'

/** Puts what waits for a person to the person at this terminal, one question at a time. */
export type Answering = {
  /** Looks at what is open now. */
  offer(view: DirectiveView): void
  /** Whether one of these may yet be answered here. */
  awaits(view: DirectiveView): boolean
  press(key: Key): void
}

type Asked = { approval: Approval; question: Question }

const words: Record<string, string> = {
  'approval.resolved': 'it has been answered meanwhile',
  'approval.own_work': 'who did the work cannot take it',
  'plan.unchanged': 'a chain is needed',
  'approval.reason_missing': 'a reason is needed',
  'approval.limits_missing': 'a new limit is needed',
}

export function openAnswering(shell: Shell, adjutant: Adjutant, progress: Progress): Answering {
  const { terminal } = shell
  /** Addresses of those that were answered or put off. */
  const closed = new Set<string>()
  let open: Asked | undefined
  let sending = false
  const show = () => progress.ask(open ? linesOf(open.question) : [])
  const sayFacts = (view: DirectiveView, { data }: Approval) => {
    terminal.say(terminal.style('yellow', `Waits for a person: ${data.question}`))
    for (const line of factLines(data.facts ?? {}, view.context.file.repository)) terminal.say(`  | ${line}`)
  }
  let latest: DirectiveView | undefined
  const offered = ({ approvals }: DirectiveView) => approvals.filter(({ address }) => !closed.has(address))
  const send = async (asked: Asked, reply: Reply) => {
    sending = true
    try {
      await give(shell, adjutant, asked, reply)
      // What is looked at next may be older than the answer.
      closed.add(asked.approval.address)
      open = undefined
    } catch (error) {
      if (open === asked) open = { ...asked, question: askAgain(asked.question, (error as Error).message) }
    } finally {
      sending = false
      show()
    }
  }
  return {
    awaits: (view) => offered(view).length > 0,
    offer: (view) => {
      latest = view
      const waiting = offered(view)
      if (sending || waiting.some(({ address }) => address === open?.approval.address)) return
      if (open) terminal.say('It has been answered elsewhere.')
      const [next] = waiting
      open = next && { approval: next, question: ask(next.data as ApprovalRequest) }
      if (next) sayFacts(view, next)
      show()
    },
    press: (key) => {
      if (!open || sending) return
      const outcome = press(open.question, key)
      if (outcome === 'facts') return sayFacts(latest!, open.approval)
      if (outcome === 'later') {
        closed.add(open.approval.address)
        open = undefined
      } else if ('done' in outcome) void send(open, outcome.done)
      else open = { ...open, question: outcome }
      show()
    },
  }
}

async function give(shell: Shell, adjutant: Adjutant, { approval }: Asked, reply: Reply): Promise<void> {
  const request = approval.data as ApprovalRequest
  const command = await commandOf(shell, request, reply)
  const refusal = approvalRefusal({ request, answer: null }, command)
  if (refusal) throw new Error(words[refusal] ?? refusal)
  await deliver(adjutant, approval.systemId, command, approval.address)
}

async function commandOf(shell: Shell, { facts }: ApprovalRequest, reply: Reply): Promise<ApprovalCommand> {
  const { verb, choice, chainFile, limit, comment = '' } = reply
  const by = person()
  if (verb === 'request_changes') return { type: 'approval.request_changes', by, comment }
  if (verb === 'deny') return { type: 'approval.deny', by, ...(comment && { comment }) }
  const limits = facts.limit === 'cost' ? { maxTotalCostUsd: limit } : { maxWallTimeMinutes: limit }
  return {
    type: 'approval.approve',
    by,
    ...(choice !== undefined && { choice }),
    ...(comment && { comment }),
    ...(limit !== undefined && { limits }),
    ...(chainFile !== undefined && { chain: await chainFrom(shell, chainFile) }),
  }
}
