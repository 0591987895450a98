import { Command } from 'commander'
import { accompany } from '../accompaniment.ts'
import { factLines } from '../approval-facts.ts'
import { verdictLine } from '../chain-lines.ts'
import { withAdjutant, type Adjutant } from '../compose.ts'
import { viewDirective, type DirectiveView, type StepView } from '../directive-view.ts'
import { approvalIdOf, directiveId, short, shortApprovalId } from '../identity.ts'
import { noticesOf, noticeLine, type Notified } from '../notices.ts'
import { offerLines } from '../offers.ts'
import type { On, Shell } from '../shell.ts'
import { placeOf } from '../steering.ts'
import { elapsed, plain, table, type Terminal } from '../terminal.ts'
import { type Wait, waitLine, waitsOf } from '../waits.ts'

export const show = (on: On): Command =>
  new Command('show')
    .description('a directive with its steps, results and open questions')
    .argument('<id>', 'the directive')
    .option('-f, --follow', 'look on while it is worked on, until it ends or waits for a person')
    .option('--wait', 'with --follow: stay while a person is waited for')
    .option('--no-input', 'with --follow: ask nothing at the terminal')
    .action(
      on(async ({ terminal, ...shell }, typed: string, { follow, ...company }: Options) =>
        withAdjutant({ terminal, ...shell }, 'reader', async (adjutant) => {
          const { runtime } = adjutant
          if (follow) return lookOn({ terminal, ...shell }, adjutant, await directiveId(runtime, typed), company)
          const view = await viewDirective(runtime, await directiveId(runtime, typed))
          const notices = await noticesOf(runtime, view.id)
          const waits = await waitsOf(runtime, view.id)
          terminal.data({ ...valueOf(view), notices, waits })
          if (terminal.json) return
          sayHead(terminal, view)
          saySteps(terminal, view.steps)
          sayReview(terminal, view)
          sayWaits(terminal, waits)
          sayNotices(terminal, notices)
          sayOffers(terminal, view)
          sayApprovals(terminal, view)
        }),
      ),
    )

type Options = { follow?: boolean; wait?: boolean; input: boolean }

/** From now on; what was before is in `show` and `events`. */
async function lookOn(shell: Shell, adjutant: Adjutant, id: string, company: Omit<Options, 'follow'>) {
  const { seq } = await adjutant.runtime.snapshot(id)
  return accompany(shell, adjutant, id, { ...company, after: placeOf(seq), looksOn: true })
}

const valueOf = ({ id, state, status, seq, context, steps, approvals, offers }: DirectiveView) => {
  const { file, startedAt, finishedAt, totals, chainId, outcome, attention } = context
  const { resultBranch, resultCommit, publication, ledger } = context
  const waiting = approvals.map((row) => ({ ...row.data, id: approvalIdOf(row) }))
  const result = { resultBranch, resultCommit, publication, ledger }
  const facts = { startedAt, finishedAt, totals, chainId, outcome, attention, ...result }
  return { id, state, status, seq, ...file, ...facts, steps, approvals: waiting, offers }
}

function sayHead(terminal: Terminal, { id, state, context }: DirectiveView): void {
  const { file, startedAt, finishedAt, outcome, attention, resultBranch, totals } = context
  const took = startedAt !== null && finishedAt !== null ? ` in ${elapsed(finishedAt - startedAt)}` : ''
  const line = (name: string, value: string) => terminal.say(`  ${name.padEnd(10)}${plain(value)}`)
  terminal.say(terminal.style('bold', plain(file.title)))
  line('id', id)
  line('state', `${state}${took}`)
  line('goal', file.goal)
  if (file.repository) line('from', `${file.repository.path ?? file.repository.url} at ${file.repository.baseRef}`)
  if (resultBranch) line('result', resultBranch)
  if (context.publication) line('request', context.publication.url)
  if (outcome) line('outcome', `${outcome.code}: ${outcome.reason}`)
  if (attention) line('attention', `${attention.code}: ${attention.reason}`)
  const unknown = totals.unknownCosts > 0 ? `, and ${totals.unknownCosts} of unknown cost` : ''
  if (totals.costUsd > 0 || unknown) line('cost', `$${totals.costUsd.toFixed(2)}${unknown}`)
}

function saySteps(terminal: Terminal, steps: StepView[]): void {
  if (steps.length === 0) return
  terminal.say()
  const rows = steps.map(({ name, state, reworkCount, confidence, result, failure, waiting, depth }) => [
    `${'  '.repeat(depth)}${name}`,
    waiting ? `${state}, waits` : state,
    confidence ? `${confidence.level} ${confidence.score.toFixed(2)}` : '',
    reworkCount > 0 ? `rework ${reworkCount}` : '',
    plain(failure?.summary ?? result?.summary ?? '').split('\n')[0]!,
  ])
  for (const line of table(rows)) terminal.say(`  ${line}`)
}

function sayReview(terminal: Terminal, { context: { review } }: DirectiveView): void {
  const { evaluation } = review
  if (!evaluation) return
  terminal.say()
  terminal.say(`  final review: ${plain(evaluation.summary)}`)
  if (evaluation.judgeModel) terminal.say(`  judged by ${plain(evaluation.judgeModel)}`)
  for (const criterion of evaluation.criteria) terminal.say(`    ${verdictLine(criterion)}`)
}

function sayWaits(terminal: Terminal, waits: Wait[]): void {
  if (waits.length > 0) terminal.say()
  for (const wait of waits) terminal.say(`  ${plain(waitLine(wait))}`)
}

/** Only what did not arrive: the rest is as it should be. */
function sayNotices(terminal: Terminal, notices: Notified[]): void {
  const missing = notices.filter(({ state }) => state !== 'sent')
  if (missing.length > 0) terminal.say()
  for (const notice of missing) terminal.say(`  ${plain(noticeLine(notice))}`)
}

function sayOffers(terminal: Terminal, { offers }: DirectiveView): void {
  if (offers.length > 0) terminal.say()
  for (const line of offers.flatMap(offerLines)) terminal.say(`  ${line}`)
}

function sayApprovals(terminal: Terminal, { id, approvals, context }: DirectiveView): void {
  for (const approval of approvals) {
    const { question, facts, choices, type, allowsChanges } = approval.data
    terminal.say()
    terminal.say(terminal.style('yellow', `Waits for a person: ${plain(question ?? '')}`))
    for (const line of factLines(facts ?? {}, context.file.repository)) terminal.say(`  | ${line}`)
    if (choices?.length > 1) terminal.say(`  choices: ${choices.join(', ')}`)
    const choice = choices?.length > 1 ? ` --choice ${choices[0]}` : ''
    terminal.say(
      `  npx adjutant approve ${shortApprovalId(approval)}${choice}   (or deny${allowsChanges ? ', or request-changes' : ''})`,
    )
    if (type === 'plan_review') terminal.say(`  to edit it: npx adjutant chains ${short(id)} --proposed > plan.yaml`)
  }
}
