import { Command } from 'commander'
import type { Evaluation, StepContext, VerifierResult } from '../../machines/index.ts'
import { withAdjutant } from '../compose.ts'
import { directiveId } from '../identity.ts'
import type { On } from '../shell.ts'
import { stepOf } from '../step-of.ts'
import { elapsed, plain, type Terminal } from '../terminal.ts'

export const evidence = (on: On): Command =>
  new Command('evidence')
    .description('what a step delivered and why it was judged as it was: verifiers, criteria, files')
    .argument('<id>', 'the directive')
    .argument('<step>', 'the step')
    .action(
      on(async ({ terminal, ...shell }, typed: string, name: string) =>
        withAdjutant({ terminal, ...shell }, 'reader', async ({ runtime }) => {
          const id = await directiveId(runtime, typed)
          const { address } = await stepOf(runtime, id, name)
          const { context } = await runtime.snapshot(id, address)
          const { step, attempt, evaluation, evidence: found, instructions, blocked } = context as StepContext
          terminal.data({ id, step: step.name, attempt, evaluation, evidence: found, instructions, blocked })
          if (terminal.json) return
          terminal.say(terminal.style('bold', `${step.name}, attempt ${attempt}`))
          if (found) sayDelivery(terminal, found)
          if (evaluation) sayEvaluation(terminal, evaluation)
          else terminal.say('  It has not been evaluated yet.')
          if (blocked) terminal.say(`  blocked: ${plain(blocked.reason)}`)
        }),
      ),
    )

function sayDelivery(terminal: Terminal, found: NonNullable<StepContext['evidence']>): void {
  const { commit, diffStat, modifiedFiles, summary, artifacts, logs, agent, by, notes = [] } = found
  if (agent) terminal.say(`  by ${agent.preset}${agent.version === null ? '' : ` ${plain(agent.version)}`}`)
  if (by !== undefined) terminal.say(`  by ${plain(by)}`)
  if (summary) for (const line of plain(summary).trim().split('\n')) terminal.say(`  | ${line}`)
  const { files, insertions, deletions } = diffStat
  terminal.say(`  ${files} files, +${insertions} -${deletions}${commit ? ` in ${commit.slice(0, 12)}` : ''}`)
  for (const file of modifiedFiles.slice(0, 20)) terminal.say(`    ${plain(file)}`)
  if (modifiedFiles.length > 20) terminal.say(`    … and ${modifiedFiles.length - 20} more`)
  for (const note of notes) terminal.say(`  note: ${plain(note)}`)
  for (const { name, path } of artifacts) terminal.say(`  left ${plain(name)} in ${plain(path)}`)
  if (logs.path) terminal.say(`  output in ${logs.path}`)
}

const marks = {
  passed: '✔',
  failed: '✘',
  flaky: '~',
  unavailable: '?',
  met: '✔',
  unmet: '✘',
  unverifiable: '?',
} as const

function sayEvaluation(terminal: Terminal, evaluation: Evaluation): void {
  terminal.say(`  ${plain(evaluation.summary)}`)
  for (const result of evaluation.programmatic) sayVerifier(terminal, result)
  for (const { id, text, verdict, why, citations, by } of evaluation.criteria) {
    const cited = citations.map(({ file, firstLine, lastLine }) => `${file}:${firstLine}-${lastLine}`)
    terminal.say(`  ${marks[verdict]} ${id} ${verdict}${by ? `, by ${by}` : ''}: ${plain(text)}`)
    terminal.say(`      ${plain([why, ...cited].join('  '))}`)
  }
  if (evaluation.judgeModel) terminal.say(`  judged by ${plain(evaluation.judgeModel)}`)
  for (const cap of evaluation.caps) terminal.say(`  held down by ${cap}`)
}

function sayVerifier(terminal: Terminal, result: VerifierResult): void {
  const { name, status, command, exitCode, durationMs, outputTail, why, required } = result
  const how = exitCode === null ? '' : `, exit code ${exitCode}`
  terminal.say(
    `  ${marks[status]} ${plain(name)} ${status}${how} in ${elapsed(durationMs)}${required ? '' : ', optional'}`,
  )
  terminal.say(`      ${plain(command)}   (${plain(why)})`)
  if (status === 'passed') return
  for (const line of plain(outputTail).trimEnd().split('\n').slice(-15)) terminal.say(`      | ${line}`)
}
