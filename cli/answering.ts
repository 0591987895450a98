import { approvalRefusal, type ApprovalCommand, type ApprovalRequest } from '../machines/index.ts'
import type { Approval } from './accompaniment.ts'
import { factLines } from './approval-facts.ts'
import { person } from './control.ts'
import { chainFrom } from './directive-document.ts'
import type { DirectiveView } from './directive-view.ts'
import type { Key } from './keyboard.ts'
import type { Progress } from './progress.ts'
import { ask, askAgain, linesOf, press, type Question, type Reply } from './question.ts'
import type { Shell } from './shell.ts'
import { plain } from './terminal.ts'

/** How an answer gets to where it is waited for. */
export type Send = (approval: Approval, command: ApprovalCommand) => Promise<void>
type Asked = { approval: Approval; view: DirectiveView; question: Question }

const words: Record<string, string> = {
  'approval.resolved': 'it has been answered meanwhile',
  'approval.own_work': 'who did the work cannot take it',
  'plan.unchanged': 'a chain is needed',
  'approval.reason_missing': 'a reason is needed',
  'approval.limits_missing': 'a new limit is needed',
}

/** Puts what waits for a person to the person at this terminal, one question at a time. */
export class Answering {
  readonly #shell: Shell
  readonly #progress: Progress
  readonly #send: Send
  /** Addresses of those that were answered or put off. */
  readonly #closed = new Set<string>()
  #open: Asked | undefined
  #sending = false

  constructor(shell: Shell, progress: Progress, send: Send) {
    this.#shell = shell
    this.#progress = progress
    this.#send = send
  }

  /** Whether one of these may yet be answered here. */
  awaits(view: DirectiveView): boolean {
    return this.#offered(view).length > 0
  }

  /** Looks at what is open now. */
  offer(view: DirectiveView): void {
    const waiting = this.#offered(view)
    if (this.#sending || waiting.some(({ address }) => address === this.#open?.approval.address)) return
    if (this.#open) this.#shell.terminal.say('It has been answered elsewhere.')
    const [approval] = waiting
    this.#open = approval && { approval, view, question: ask(approval.data as ApprovalRequest) }
    if (this.#open) this.#sayFacts(this.#open)
    this.#show()
  }

  press(key: Key): void {
    const open = this.#open
    if (!open || this.#sending) return
    const outcome = press(open.question, key)
    if (outcome === 'facts') return this.#sayFacts(open)
    if (outcome === 'later') {
      this.#closed.add(open.approval.address)
      this.#open = undefined
    } else if ('done' in outcome) void this.#give(open, outcome.done)
    else this.#open = { ...open, question: outcome }
    this.#show()
  }

  async #give(open: Asked, reply: Reply): Promise<void> {
    this.#sending = true
    try {
      await this.#send(open.approval, await commandOf(this.#shell, open, reply))
      // What is looked at next may be older than the answer.
      this.#closed.add(open.approval.address)
      this.#open = undefined
    } catch (error) {
      this.#open = { ...open, question: askAgain(open.question, (error as Error).message) }
    } finally {
      this.#sending = false
      this.#show()
    }
  }

  #offered({ approvals }: DirectiveView): Approval[] {
    return approvals.filter(({ address }) => !this.#closed.has(address))
  }

  #show(): void {
    this.#progress.ask(this.#open ? linesOf(this.#open.question) : [])
  }

  #sayFacts({ approval: { data }, view }: Asked): void {
    const { terminal } = this.#shell
    terminal.say(terminal.style('yellow', `Waits for a person: ${plain(data.question ?? '')}`))
    for (const line of factLines(data.facts ?? {}, view.context.file.repository)) terminal.say(`  | ${line}`)
  }
}

/** Throws, in words for a person, when this is no answer to that. */
async function commandOf(shell: Shell, { approval }: Asked, reply: Reply): Promise<ApprovalCommand> {
  const request = approval.data as ApprovalRequest
  const command = await written(shell, request, reply)
  const refusal = approvalRefusal({ request, answer: null }, command)
  if (refusal) throw new Error(words[refusal] ?? refusal)
  return command
}

async function written(shell: Shell, { facts }: ApprovalRequest, reply: Reply): Promise<ApprovalCommand> {
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
