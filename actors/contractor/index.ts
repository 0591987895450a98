import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ContractorInput, ContractorOutput, Cost, Evidence, ReportedCost } from '../../machines/index.ts'
import { ActivityFailure, type ActivityContext } from '../../runtime/index.ts'
import { priced } from '../executors/agent/costs.ts'
import { type Attempt, execute, type Execution, finishedBefore } from '../executors/index.ts'
import { attemptFolder, attemptLog } from '../folders.ts'
import { serially } from '../git/index.ts'
import { sweepContract } from '../process/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { restorePointer } from '../workspace/index.ts'
import { branched, changesIn, deliver, deliveredCommit, filesMade, tipOf } from './delivery.ts'
import { artifactsIn, endOf, summaryIn } from './outbox.ts'
import { reporter } from './reports.ts'
import { putSpendingAside, spendingOf, type Told, withoutSecrets } from './spending.ts'

/** Carries out one attempt of a contract. Repeated after a crash, it goes on in the same folder, or finds its delivery. */
export const createContractor =
  (surroundings: Surroundings) =>
  (context: ActivityContext<ContractorInput>): Promise<ContractorOutput> =>
    // One that was interrupted and is being ended has the workspace to itself until it is gone.
    serially(`work in ${context.input.workspace.path}`, async () => {
      context.signal.throwIfAborted()
      const { contract, workspace } = context.input
      if (!existsSync(workspace.path))
        throw new ActivityFailure('workspace.missing', `the workspace ${workspace.path} is gone`)
      if (contract.executor.kind !== 'noop') await sweepContract(surroundings.home, contract.id, context.idempotencyKey)
      restorePointer(workspace.path)
      return settle(prepareAttempt(surroundings, context))
    })

async function settle(attempt: Attempt): Promise<ContractorOutput> {
  const at = attempt.surroundings.now
  const found = await findDelivery(attempt)
  // The built-in agent's work is done before it comes here: closing it again costs nothing and says what it said.
  const open = found === null || attempt.context.input.contract.executor.kind === 'model'
  const execution = open ? await carryOut(attempt) : deliveredBefore(attempt)
  const told = spendingOf(dirname(attempt.outbox), { ended: true })
  const { session } = execution
  const common = {
    session,
    costs: costsBeside(told, execution),
    ...(told.costs.length > 0 && { spent: { from: 0, costs: spent(attempt, told.costs) } }),
  }
  if (!execution.ok) {
    const { code, reason, exitCode, outputTail } = execution
    return { outcome: 'failed', at: at(), code, reason, exitCode, outputTail, ...common }
  }
  restorePointer(attempt.context.input.workspace.path)
  const evidence = await collectEvidence(attempt, execution, { found, notes: told.problems })
  return { outcome: 'delivered', at: at(), evidence, ...common }
}

/** That nobody knows what an agent has spent is not so when its outbox says it. */
const costsBeside = ({ costs: told }: Told, { costs }: Execution): Cost[] =>
  told.length === 0 ? costs : costs.filter(({ source }) => source !== 'unknown')

type Success = Extract<Execution, { ok: true }>

/** What an attempt that was delivered before a crash still says about itself. */
function deliveredBefore(attempt: Attempt): Success {
  const noted = finishedBefore(attempt)
  if (noted?.ok) return noted
  const { by, summary } = attempt.context.input.handover ?? {}
  const brought = { ...(summary !== undefined && { summary }), ...(typeof by === 'string' && { by }) }
  return { ok: true, log: endOf(attempt.logPath, 4000), session: null, costs: [], ...brought }
}

function prepareAttempt(surroundings: Surroundings, context: ActivityContext<ContractorInput>): Attempt {
  const { directiveId, contract, workspace, session } = context.input
  const folder = attemptFolder(surroundings.home, directiveId, contract.id, contract.attempt)
  const outbox = join(folder, 'outbox')
  const contractFile = join(folder, 'contract.json')
  mkdirSync(outbox, { recursive: true })
  if (contract.executor.kind !== 'noop')
    writeFileSync(contractFile, JSON.stringify({ ...contract, directiveId, workspace, session, outbox }, null, 2))
  return { surroundings, context, contractFile, outbox, logPath: attemptLog(folder), onOutput: () => undefined }
}

async function carryOut(attempt: Attempt): Promise<Execution> {
  const { context, outbox, surroundings } = attempt
  const { contract } = context.input
  // What was done elsewhere is past its phases.
  if (contract.executor.kind === 'noop' || context.input.handover) return execute(contract.executor, attempt)
  const folder = dirname(outbox)
  putSpendingAside(folder)
  const reports = reporter(context, contract, {
    outbox,
    redact: surroundings.redact,
    now: surroundings.now,
    spent: () => spent(attempt, spendingOf(folder, { ended: false }).costs),
  })
  try {
    reports.enter('execute')
    return await execute(contract.executor, { ...attempt, onOutput: reports.heard })
  } finally {
    await reports.stop()
  }
}

async function findDelivery({ surroundings, context }: Attempt): Promise<string | null> {
  const { contract, workspace } = context.input
  const at = branched(workspace)
  return at && contract.executor.kind !== 'noop' ? deliveredCommit(surroundings.git, at, contract) : null
}

async function collectEvidence(
  attempt: Attempt,
  execution: Success,
  { found, notes }: { found: string | null; notes: string[] },
): Promise<Evidence> {
  const { outbox, logPath } = attempt
  const summary = attempt.surroundings.redact(summaryIn(outbox) || (execution.summary ?? ''))
  return {
    ...(await changesMade(attempt, summary, found)),
    summary,
    ...(execution.agent && { agent: execution.agent }),
    ...(execution.by !== undefined && { by: execution.by }),
    ...(notes.length > 0 && { notes: notes.slice(0, 20).map(attempt.surroundings.redact) }),
    artifacts: artifactsIn(outbox),
    logs: { path: existsSync(logPath) ? logPath : null, ...execution.log },
  }
}

async function changesMade({ surroundings: { git }, context }: Attempt, summary: string, found: string | null) {
  const { contract, workspace } = context.input
  const at = branched(workspace)
  if (at === null) return filesMade(workspace.path)
  // noop leaves the workspace alone, so its delivery is what lies there already.
  const commit =
    found ?? (contract.executor.kind === 'noop' ? await tipOf(git, at) : await deliver(git, at, contract, summary))
  return changesIn(git, at, commit)
}

/** As it is told to others: without secrets, and with dollars where only tokens were named and their price is known. */
const spent = ({ surroundings: { redact, models, now } }: Attempt, costs: readonly ReportedCost[]): ReportedCost[] =>
  costs.map(withoutSecrets(redact)).map((cost) => {
    if (cost.usd !== null || cost.source !== undefined) return cost
    return priced([{ ...cost, source: 'unknown' }], models, null, now())[0] as Cost
  })
