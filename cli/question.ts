import type { ApprovalRequest } from '../machines/index.ts'
import type { Key } from './keyboard.ts'
import { plain } from './terminal.ts'

type Asked = Pick<
  ApprovalRequest,
  'type' | 'question' | 'facts' | 'choices' | 'choicesWithChain' | 'choicesWithReason' | 'allowsChanges'
>

type Verb = 'approve' | 'deny' | 'request_changes'
type Wanted = 'chain' | 'limit' | 'comment'

/** What a person has answered; the chain is still a file's name. */
export type Reply = { verb: Verb; choice?: string; chainFile?: string; limit?: number; comment?: string }

/** A question as far as it has been answered. */
export type Question = {
  request: Asked
  reply: Reply | null
  /** What is still to be typed, the first of them now. */
  wanted: Wanted[]
  typed: string
  /** Why what was typed is not taken. */
  problem: string | null
}

export type Outcome = Question | { done: Reply } | 'later' | 'facts'

export const ask = (request: Asked): Question => ({ request, reply: null, wanted: [], typed: '', problem: null })

/** Back to the choices, saying why. */
export const askAgain = ({ request }: Question, problem: string): Question => ({ ...ask(request), problem })

/** The question after a key; or what came of it. */
export function press(question: Question, key: Key): Outcome {
  return question.reply ? typing(question, question.reply, key) : choosing(question, key)
}

function choosing(question: Question, { text }: Key): Outcome {
  const { request } = question
  const choice = request.choices[Number(text) - 1]
  if (/^[1-9]$/.test(text) && choice !== undefined) return begin(question, { verb: 'approve', choice })
  if (text === 'd') return begin(question, { verb: 'deny' })
  if (text === 'c' && request.allowsChanges) return begin(question, { verb: 'request_changes' })
  if (text === 'f') return 'facts'
  return text === 'l' ? 'later' : question
}

function begin({ request }: Question, reply: Reply): Question {
  const approves = reply.verb === 'approve'
  const chain = approves && request.choicesWithChain.includes(reply.choice!)
  const limit = approves && request.type === 'limit_exceeded'
  const wanted: Wanted[] = [...(chain ? ['chain' as const] : []), ...(limit ? ['limit' as const] : []), 'comment']
  return { request, reply, wanted, typed: '', problem: null }
}

function typing(question: Question, reply: Reply, { name, text, ctrl }: Key): Outcome {
  const { typed } = question
  const edited = (now: string) => ({ ...question, typed: now, problem: null })
  if (name === 'escape') return ask(question.request)
  if (name === 'return' || name === 'enter') return enter(question, reply)
  if (name === 'backspace') return edited([...typed].slice(0, -1).join(''))
  if (ctrl && name === 'u') return edited('')
  if (ctrl && name === 'w') return edited(typed.replace(/\S+\s*$/, ''))
  return text ? edited(typed + text) : question
}

function enter(question: Question, reply: Reply): Outcome {
  const [what, ...wanted] = question.wanted
  const typed = question.typed.trim()
  const problem = problemOf(what!, typed, question.request, reply)
  if (problem) return { ...question, problem }
  const filled: Reply = {
    ...reply,
    ...(what === 'chain' && { chainFile: typed }),
    ...(what === 'limit' && { limit: Number(typed) }),
    ...(what === 'comment' && typed && { comment: typed }),
  }
  return wanted.length > 0 ? { ...question, reply: filled, wanted, typed: '', problem: null } : { done: filled }
}

function problemOf(what: Wanted, typed: string, request: Asked, { verb, choice }: Reply): string | null {
  if (what === 'chain') return typed ? null : 'a file is needed'
  if (what === 'limit') return Number(typed) > 0 ? null : 'a number above 0 is needed'
  if (typed) return null
  if (verb === 'request_changes') return 'it has to be said what shall be different'
  return choice !== undefined && request.choicesWithReason.includes(choice) ? 'a reason is needed' : null
}

/** Lines for the foot of the screen; the last one is where is typed. */
export function linesOf({ request, reply, wanted, typed, problem }: Question): string[] {
  const head = `? ${oneLine(request.question)}`
  const note = problem ? [`  ${oneLine(problem)}`] : []
  if (!reply) return [head, ...note, `  ${keysOf(request)}`]
  return [head, ...note, `  ${promptOf(request, reply, wanted[0]!)}${plain(typed)}▏`]
}

const oneLine = (text: string) => plain(text).replaceAll(/\s+/g, ' ')

const keysOf = ({ choices, allowsChanges }: Asked): string =>
  [
    ...choices.slice(0, 9).map((choice, n) => `[${n + 1}] ${plain(choice)}`),
    ...(allowsChanges ? ['[c] changes'] : []),
    ...['[d] deny', '[f] facts', '[l] later'],
  ].join('  ')

function promptOf({ choicesWithReason, facts, type }: Asked, { verb, choice }: Reply, what: Wanted): string {
  if (what === 'chain') return `${choice}: a directive file with the new chain (Esc: back): `
  if (what === 'limit' && type === 'limit_exceeded') {
    return `the new limit in ${facts.limit === 'cost' ? 'US dollars' : 'minutes'} (Esc: back): `
  }
  if (verb === 'request_changes') return 'what shall be different (Esc: back): '
  const name = verb === 'deny' ? 'deny' : choice!
  return choicesWithReason.includes(name)
    ? `${name}, because (Esc: back): `
    : `${name}; a comment, or Enter (Esc: back): `
}
