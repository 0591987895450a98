import { liftSystems, type Lift, type LiftOutcome } from '../runtime/index.ts'
import { exit, Refusal, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'
import { withSurvey } from './survey.ts'
import { plain } from './terminal.ts'

export type MigrateChoice = { machine?: string; dryRun?: boolean }

const words: Record<LiftOutcome, string> = {
  lifted: 'lifted',
  liftable: 'would be lifted',
  held: 'in other hands: run this again',
  unfit: 'left as it is',
}

/** Stops between two batches when it is interrupted; run again, it does the rest. */
export const migrateMachines = (shell: Shell, ids: string[], { machine, dryRun }: MigrateChoice): Promise<ExitCode> =>
  withSurvey(shell, { migrate: !dryRun }, async (survey) => {
    const { terminal, environment, interrupted } = shell
    if (machine !== undefined && !Object.hasOwn(survey.machines, machine))
      throw new Refusal('machine.not_found', `there is no machine ${machine}`, {
        advice: Object.keys(survey.machines).join(', '),
      })
    const tally: Partial<Record<LiftOutcome, number>> = {}
    const { leaseMs } = environment
    const which = { machine, dryRun, leaseMs, ...(ids.length && { ids }) }
    for await (const batch of liftSystems({ ...survey, ...which })) {
      for (const lift of batch) {
        tally[lift.outcome] = (tally[lift.outcome] ?? 0) + 1
        sayLift(shell, lift)
      }
      if (interrupted.aborted) return exit.interrupted
    }
    const counted = Object.entries(tally).map(([outcome, count]) => `${count} ${words[outcome as LiftOutcome]}`)
    terminal.say(counted.length ? `${counted.join(', ')}.` : 'Nothing to lift: no rule leads on from where they are.')
    return tally.held || tally.unfit ? exit.failed : exit.completed
  })

function sayLift({ terminal }: Shell, lift: Lift) {
  terminal.data(lift)
  const { id, machine, from, to, outcome, reason } = lift
  terminal.say(`${id}  ${machine} ${from} -> ${to}  ${words[outcome]}`)
  if (reason) terminal.say(`  ${plain(`${reason.code}: ${reason.message}`)}`)
}
