import { Command, InvalidArgumentError } from 'commander'
import type { ContractContext } from '../../machines/index.ts'
import { Rejection, type Runtime } from '../../runtime/index.ts'
import { withAdjutant } from '../compose.ts'
import { deliver as send } from '../control.ts'
import { directiveId, short } from '../identity.ts'
import { exit, Refusal, type ExitCode } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'
import { placeOf, sayWhereWorkGoesOn, stay, waitOption } from '../steering.ts'
import { stepOf } from '../step-of.ts'

type Options = { message: string; cannot?: string; cost?: number; wait?: boolean }

export const deliver = (on: On): Command =>
  new Command('deliver')
    .description('say that a step whose executor is a person is done: its work lies in its workspace')
    .argument('<id>', 'the directive')
    .argument('<step>', 'the step')
    .option('-m, --message <words>', 'what was done', '')
    .option('--cannot <reason>', 'that it cannot be done instead, and why')
    .option('--cost <usd>', 'what it has cost, in US dollars: it counts for the budget', dollars)
    .option(...waitOption)
    .action(on(handOver))

const dollars = (typed: string): number => {
  const usd = Number(typed)
  if (typed.trim() === '' || !Number.isFinite(usd) || usd < 0) throw new InvalidArgumentError('an amount is wanted.')
  return usd
}

async function handOver(shell: Shell, typed: string, name: string, options: Options): Promise<ExitCode> {
  const { message, cannot, cost, wait } = options
  const { terminal } = shell
  const { id, after } = await withAdjutant(shell, 'control', async (adjutant) => {
    const { runtime } = adjutant
    const id = await directiveId(runtime, typed)
    const step = await stepOf(runtime, id, name)
    const address = `${step.address}/contract`
    const { terms, workspace } = await contractOf(adjutant, id, step)
    if (terms.executor.kind !== 'human')
      throw new Refusal('contract.not_yours', `${step.name} is not done by a person but by \`${terms.executor.kind}\``)
    const { seq } = await runtime.snapshot(id)
    const spent = cost === undefined ? {} : { spent: { from: 0, costs: [{ usd: cost }] } }
    const command =
      cannot === undefined
        ? { type: 'contract.deliver', delivery: null, summary: message, ...spent }
        : { type: 'contract.fail', code: 'executor.failed', reason: cannot, ...spent }
    await send(adjutant, id, command, address)
    if (!wait) terminal.data({ id, step: step.address, workspace: workspace?.path ?? null })
    const done = cannot === undefined ? 'delivered; its work is taken over and checked next' : 'given up'
    terminal.say(`Step ${step.name} of ${short(id)} is ${done}.`)
    if (!wait) sayWhereWorkGoesOn(shell, id, 'active')
    return { id, after: placeOf(seq) }
  })
  return wait ? stay(shell, id, after) : exit.completed
}

type Found = { name: string; address: string }

async function contractOf({ runtime }: { runtime: Runtime }, id: string, step: Found): Promise<ContractContext> {
  const view = await runtime.snapshot(id, `${step.address}/contract`).catch((error: unknown) => {
    if (!(error instanceof Rejection) || error.code !== 'actor.not_found') throw error
    throw new Refusal('command.not_now', `${step.name} has not begun`)
  })
  return view.context as ContractContext
}
