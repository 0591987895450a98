import { surveySystems, type Classification, type Verdict } from '../runtime/index.ts'
import { exit, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'
import { withSurvey } from './survey.ts'
import { plain } from './terminal.ts'

type Finding = {
  verdict: Verdict
  machine: string
  from: string
  to: string
  reason: { code: string; message: string } | null
  count: number
  /** Of `count`, those that are parked now. */
  parked: number
  /** The first few. */
  ids: string[]
}

// A change that suits one system of a kind seldom suits another.
const IDS = 10
// What differs in each system only by its own data must not make a million findings.
const MOST_FINDINGS = 200

const words: Record<Verdict, { word: string; style: 'green' | 'yellow' | 'red' }> = {
  compatible: { word: 'compatible', style: 'green' },
  migrates: { word: 'migrates', style: 'green' },
  needs_rule: { word: 'needs a rule', style: 'yellow' },
  stuck: { word: 'stuck', style: 'red' },
}

/** One line for what the systems have in common; a system that would be parked under this code fails the check. */
export const checkMachines = (shell: Shell): Promise<ExitCode> =>
  withSurvey(shell, { migrate: false }, async (survey) => {
    const findings = new Map<string, Finding>()
    for await (const page of surveySystems(survey)) {
      for (const each of page) note(findings, each)
      if (shell.interrupted.aborted) return exit.interrupted
    }
    const sorted = [...findings.values()].sort((one, other) => rank(one) - rank(other))
    for (const finding of sorted) sayFinding(shell, finding)
    return sum(shell, sorted)
  })

function note(findings: Map<string, Finding>, { id, machine, verdict, from, to, reason, parked }: Classification) {
  const kind = [verdict, machine, from, to]
  const exact = JSON.stringify([...kind, reason?.code, reason?.message])
  const key = findings.has(exact) || findings.size < MOST_FINDINGS ? exact : JSON.stringify([...kind, reason?.code])
  const made = { verdict, machine, from, to, reason: reason ?? null, count: 0, parked: 0, ids: [] }
  const finding = findings.get(key) ?? made
  findings.set(key, finding)
  finding.count++
  if (parked) finding.parked++
  if (finding.ids.length < IDS) finding.ids.push(id)
}

const rank = ({ verdict }: Finding): number => Object.keys(words).indexOf(verdict)

function sayFinding({ terminal }: Shell, finding: Finding) {
  const { verdict, machine, from, to, reason, count, parked, ids } = finding
  const advice = adviceFor(finding)
  terminal.data({ ...finding, ...(advice !== undefined && { advice }) })
  const { word, style } = words[verdict]
  const versions = from === to ? from : `${from} -> ${to}`
  const now = parked ? ` (${parked} parked now)` : ''
  terminal.say(`${terminal.style(style, word.padEnd(13))} ${String(count).padStart(7)}  ${machine} ${versions}${now}`)
  const say = (line: string) => terminal.say(`${' '.repeat(23)}${plain(line)}`)
  if (reason) say(`${reason.code}: ${reason.message}`)
  if (advice) say(advice)
  if (reason) say(`${ids.join(' ')}${count > ids.length ? ` and ${count - ids.length} more` : ''}`)
}

function adviceFor({ verdict, reason, machine, from }: Finding): string | undefined {
  if (verdict === 'compatible' || verdict === 'migrates') return undefined
  switch (reason?.code) {
    case 'machine.missing':
      return `register ${machine} again, or stop these systems with the code that made them`
    case 'snapshot.migration_failed':
      return `mend the rule that leads on from version ${from}`
    case 'machine.version_missing':
      return `keep version ${from} in \`versions\`, or write a rule for it in \`migrations\``
    default:
      return verdict === 'stuck'
        ? `mend the rule that leads on from version ${from}, or keep that version in \`versions\``
        : `give the machine a new version, and keep ${from} in \`versions\` or write a rule for it in \`migrations\``
  }
}

function sum({ terminal }: Shell, findings: Finding[]): ExitCode {
  const count = (...verdicts: Verdict[]) =>
    findings.reduce((sum, finding) => sum + (verdicts.includes(finding.verdict) ? finding.count : 0), 0)
  const [fitting, unfit] = [count('compatible', 'migrates'), count('needs_rule', 'stuck')]
  if (fitting + unfit === 0) terminal.say('No system lives in this database.')
  else if (unfit === 0) terminal.say(`All ${fitting} live systems go on under this code.`)
  else terminal.say(`${unfit} of ${fitting + unfit} live systems would be parked under this code, their mail kept.`)
  return unfit === 0 ? exit.completed : exit.failed
}
