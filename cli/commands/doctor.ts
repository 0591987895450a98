import { Command } from 'commander'
import { examine, type Finding } from '../diagnosis.ts'
import { exit } from '../refusal.ts'
import type { On } from '../shell.ts'

const signs = { ok: ['✔', 'green'], warning: ['!', 'yellow'], problem: ['✖', 'red'] } as const

export const doctor = (on: On): Command =>
  new Command('doctor').description('look at what Adjutant needs on this machine, and explain what is found').action(
    on(async ({ environment, terminal }) => {
      const findings: Finding[] = []
      for await (const finding of examine(environment)) {
        findings.push(finding)
        const [sign, color] = signs[finding.status]
        terminal.data(finding)
        terminal.say(`${terminal.style(color, sign)} ${finding.subject.padEnd(9)} ${finding.found}`)
        if (finding.advice) terminal.say(`            ${finding.advice}`)
      }
      const problems = findings.filter(({ status }) => status === 'problem').length
      terminal.say(problems === 0 ? 'All is well.' : `${problems} of ${findings.length} need attention.`)
      return problems === 0 ? exit.completed : exit.failed
    }),
  )
