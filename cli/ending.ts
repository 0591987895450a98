import { quoted } from './approval-facts.ts'
import { isFinal, type DirectiveView } from './directive-view.ts'
import { short, shortApprovalId } from './identity.ts'
import { offerLines } from './offers.ts'
import { exit, type ExitCode } from './refusal.ts'
import { elapsed, plain, type Terminal } from './terminal.ts'

/** Says how a directive stands now that nothing moves and what to do next; the exit code says the same. */
export function ending(terminal: Terminal, view: DirectiveView, code: ExitCode = exitCodeOf(view)): ExitCode {
  const { outcome } = view.context
  terminal.data({ id: view.id, state: view.state, outcome, exitCode: code })
  terminal.say()
  if (isFinal(view)) sayHowItEnded(terminal, view)
  else sayWhatIsWaitedFor(terminal, view)
  sayWhereToLook(terminal, view)
  return code
}

/** 3 and 4 both wait for a person; 4 tells that money or time is what is asked for. */
export function exitCodeOf({ state, status, context, approvals }: DirectiveView): ExitCode {
  if (state === 'completed') return exit.completed
  if (state === 'failed') return context.exceeded ? exit.budget : exit.failed
  if (status !== 'active') return exit.failed
  return approvals.some(({ data }) => data.type === 'limit_exceeded') ? exit.budget : exit.waiting
}

function sayHowItEnded(terminal: Terminal, view: DirectiveView): void {
  const { startedAt, finishedAt, outcome } = view.context
  const took = startedAt === null || finishedAt === null ? '' : ` in ${elapsed(finishedAt - startedAt)}`
  const why = outcome?.reason ? `: ${plain(outcome.reason)}` : ''
  if (view.state === 'completed') {
    const reservations = outcome?.code === 'completed.with_reservations' ? `, with reservations${why}` : ''
    terminal.say(terminal.style(['green', 'bold'], `Completed${took}${reservations}.`))
  } else if (view.state === 'failed') {
    terminal.say(terminal.style(['red', 'bold'], `Failed${took}${why}.`))
  } else {
    terminal.say(terminal.style(['red', 'bold'], 'Parked: its machine failed, which is a defect.'))
    terminal.say(`  npx adjutant unpark             tells why; with the id, it tries again`)
  }
}

function sayWhatIsWaitedFor(terminal: Terminal, { id, approvals, offers, state, context }: DirectiveView): void {
  const { attention } = context
  if (attention) terminal.say(terminal.style('red', plain(`${attention.code}: ${attention.reason}`)))
  const forPersons = offers.filter((offer) => offer.for === 'person')
  for (const offer of forPersons) {
    const [line, ...note] = offerLines(offer)
    terminal.say(terminal.style('yellow', line!))
    for (const words of note) terminal.say(words)
  }
  if (approvals.length === 0 && (state !== 'active' || forPersons.length === 0)) {
    terminal.say(terminal.style('yellow', `The directive is ${state}.`))
    terminal.say(`  npx adjutant ${state === 'draft' ? 'start' : 'resume'} ${short(id)}`)
  }
  for (const approval of approvals) {
    const approvalId = shortApprovalId(approval)
    terminal.say(terminal.style('yellow', `Waits for a person: ${plain(approval.data.question ?? '')}`))
    const choices: string[] = approval.data.choices ?? []
    if (choices.length > 1) terminal.say(`  choices: ${choices.join(', ')}`)
    const choice = choices.length > 1 ? ` --choice ${choices[0]}` : ''
    terminal.say(`  npx adjutant approve ${approvalId}${choice}   (or deny, or request-changes)`)
  }
  terminal.say(`Afterwards \`npx adjutant run ${short(id)}\` goes on.`)
}

/** The commands that show what was done. */
function sayWhereToLook(terminal: Terminal, { id, context }: DirectiveView): void {
  const say = (what: string, command: string) => terminal.say(`  ${what.padEnd(16)}${command}`)
  const { repository } = context.file
  terminal.say()
  // Where no plan was ever made there is no branch yet.
  if (context.resultBranch && context.chainGeneration > 0) {
    say('result branch', context.resultBranch)
    if (repository?.path) {
      say('difference', `git -C ${quoted(repository.path)} diff ${repository.baseRef}...${context.resultBranch}`)
    }
  }
  if (context.publication) say('pull request', context.publication.url)
  say('the whole story', `npx adjutant show ${short(id)}`)
  say('every event', `npx adjutant events ${short(id)}`)
}
