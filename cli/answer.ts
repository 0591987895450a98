import { withAdjutant } from './compose.ts'
import { deliver } from './control.ts'
import { stateOf } from './directive-view.ts'
import { approvalIdOf, findApproval, short } from './identity.ts'
import { exit, Refusal, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'
import { placeOf, sayWhereWorkGoesOn, stay } from './steering.ts'

type Answer = { type: `approval.${'approve' | 'deny' | 'request_changes'}`; [key: string]: unknown }

/** Answers an approval and says what became of it. A second answer is refused with the first one's details. */
export async function answer(
  shell: Shell,
  typed: string,
  given: Answer,
  { wait }: { wait?: boolean | undefined } = {},
): Promise<ExitCode> {
  const { id, after } = await withAdjutant(shell, 'control', async (adjutant) => {
    const { runtime } = adjutant
    const row = await findApproval(runtime, typed)
    if (row.key !== 'pending') throw alreadyAnswered(row.key, row.data as Answered)
    const { seq } = await runtime.snapshot(row.systemId)
    await deliver(adjutant, row.systemId, given, row.address)
    const [open] = await runtime
      .list('approval', { systemId: row.systemId, key: 'pending' })
      .then((rows) => rows.filter(({ address }) => address === row.address))
    if (open) throw notTaken(row.data as Answered)
    const { value } = await runtime.snapshot(row.systemId)
    const state = stateOf(value)
    if (!wait)
      shell.terminal.data({ id: approvalIdOf(row), answer: given.type, directive: { id: row.systemId, state } })
    shell.terminal.say(`Answered. ${short(row.systemId)} is ${state}.`)
    if (!wait) sayWhereWorkGoesOn(shell, row.systemId, state)
    return { id: row.systemId, after: placeOf(seq) }
  })
  return wait ? stay(shell, id, after) : exit.completed
}

type Answered = {
  type?: string
  choices?: string[]
  answer?: { respondedBy: string | null; comment: string | null; choice: string | null } | null
}

function alreadyAnswered(decision: string, { answer: first }: Answered): Refusal {
  const by = first?.respondedBy ? ` by ${first.respondedBy}` : ''
  const choice = first?.choice ? ` (${first.choice})` : ''
  const words = first?.comment ? `: "${first.comment}"` : ''
  return new Refusal('approval.resolved', `it has been answered already: ${decision}${choice}${by}${words}`)
}

function notTaken({ choices, type }: Answered): Refusal {
  const limits = type === 'limit_exceeded' ? '; a new limit is needed: --max-cost-usd or --max-minutes' : ''
  return new Refusal('approval.not_taken', `the answer does not fit this approval${limits}`, {
    advice: `choices: ${choices?.join(', ') ?? 'none'}; some need --comment or --chain (\`adjutant approvals\` shows it)`,
  })
}
