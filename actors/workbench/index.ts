import { createWriteStream } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { misfortune, runChild } from '../child.ts'
import type { ReportedCost } from '../../machines/index.ts'
import { phaseIn, summaryIn } from '../contractor/outbox.ts'
import { spendingInOutbox, withoutSecrets } from '../contractor/spending.ts'
import { type Git, gitEnvironment, identity } from '../git/index.ts'
import { contractVariable, ownersTemporaryFolder, type ProcessResult, sweepDeadOwners } from '../process/index.ts'
import { redactedStream } from '../redaction.ts'
import type { Surroundings } from '../surroundings.ts'

/** What a worker was given when it claimed a contract. */
export type Assignment = {
  contract: { id: string; name: string; attempt: number }
  directiveId: string
  fence: number
  branch: string | null
  baseCommit: string | null
  timeoutMs: number
}

export type WorkResult =
  /** `bundle`: a file with the commits on top of the base; null: nothing was changed. */
  | { ok: true; summary: string; bundle: string | null }
  | { ok: false; code: string; reason: string; exitCode: number | null; outputTail: string }

export type WorkOrder = {
  argv: readonly string[]
  /** Names of variables of ours that the command gets. */
  passed: readonly string[]
  signal: AbortSignal
  /** What it puts out, without secrets of ours. */
  onOutput: (text: string) => void
}

/** A place to work away from the host: a temporary clone, and a command in it that is told what executors are told. */
export type Workbench = {
  /** Rejects with the signal's reason when it aborts. */
  run(order: WorkOrder): Promise<WorkResult>
  /** The phase the command says it is in, or ''. */
  phase(): string
  /** All that the command says it has spent; `ended`: it says no more. */
  spent(options: { ended: boolean }): ReportedCost[]
  dispose(): Promise<void>
}

/** `bundle`: the workspace as it was handed out; null: there is no repository. */
export async function openWorkbench(
  surroundings: Surroundings,
  assignment: Assignment,
  bundle: AsyncIterable<Uint8Array> | null,
): Promise<Workbench> {
  const { home, owner } = surroundings
  await sweepDeadOwners(home)
  const folder = join(ownersTemporaryFolder(home, owner), `work-${randomUUID().slice(0, 8)}`)
  const [workspace, outbox] = [join(folder, 'workspace'), join(folder, 'outbox')]
  const dispose = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  await mkdir(outbox, { recursive: true, mode: 0o700 })
  try {
    if (bundle === null || assignment.branch === null) await mkdir(workspace)
    else await unpack(surroundings.git, { folder, workspace, branch: assignment.branch }, bundle)
  } catch (error) {
    await dispose()
    throw error
  }
  const place = { folder, workspace, outbox }
  return {
    dispose,
    phase: () => phaseIn(outbox),
    spent: (options) => spendingInOutbox(outbox, options).costs.map(withoutSecrets(surroundings.redact)),
    run: (order) => work(surroundings, assignment, place, order),
  }
}

type Place = { folder: string; workspace: string; outbox: string }

async function unpack(
  git: Git,
  { folder, workspace, branch }: { folder: string; workspace: string; branch: string },
  bundle: AsyncIterable<Uint8Array>,
) {
  const file = join(folder, 'workspace.bundle')
  await pipeline(bundle, createWriteStream(file, { mode: 0o600 }))
  const options = { cwd: folder, env: { GIT_ALLOW_PROTOCOL: 'file' } }
  await git(['clone', '--quiet', '--template=', '--branch', branch, '--', file, workspace], options)
  await rm(file)
}

async function work(
  surroundings: Surroundings,
  assignment: Assignment,
  { folder, workspace, outbox }: Place,
  { argv, passed, signal, onOutput }: WorkOrder,
): Promise<WorkResult> {
  const { contract, directiveId, branch, baseCommit, timeoutMs, fence } = assignment
  const contractFile = join(folder, 'contract.json')
  const told = { ...contract, directiveId, workspace: { path: workspace, branch, baseCommit }, session: null, outbox }
  await writeFile(contractFile, JSON.stringify(told, null, 2))
  const clean = redactedStream(surroundings.redact)
  const decoder = new TextDecoder()
  const context = { idempotencyKey: `${contract.id}.lease-${fence}`, attempt: contract.attempt, signal }
  const result = await runChild(surroundings, context, {
    command: { argv },
    cwd: workspace,
    timeoutMs,
    passed,
    onOutput: (chunk) => onOutput(clean.push(decoder.decode(chunk, { stream: true }))),
    extra: {
      ...gitEnvironment(),
      ADJUTANT_CONTRACT_FILE: contractFile,
      ADJUTANT_OUTBOX: outbox,
      [contractVariable]: contract.id,
      ADJUTANT_ATTEMPT: String(contract.attempt),
    },
  })
  onOutput(clean.end())
  signal.throwIfAborted()
  const problem = misfortune(result, { timeoutMs })
  if (problem !== null) {
    const { exitCode, outputTail } = result
    return { ok: false, code: codeOf(result), reason: `${argv[0]} ${problem}`, exitCode, outputTail }
  }
  const summary = surroundings.redact(summaryIn(outbox))
  const bundle =
    baseCommit === null ? null : await bundled(surroundings.git, workspace, folder, { baseCommit, contract })
  return { ok: true, summary, bundle }
}

const codeOf = ({ spawnError, timedOut }: ProcessResult): string =>
  spawnError ? 'executor.missing' : timedOut === 'wall' ? 'executor.timed_out' : 'executor.exited'

/** Everything the command left, committed or not, as commits on top of the base. */
async function bundled(
  git: Git,
  workspace: string,
  folder: string,
  { baseCommit, contract }: { baseCommit: string; contract: Assignment['contract'] },
): Promise<string | null> {
  const options = { cwd: workspace, env: { ...identity } }
  await git(['add', '--all', '--', '.'], options)
  const changed = (await git(['status', '--porcelain', '--untracked-files=no'], options)) !== ''
  if (changed) await git(['commit', '--quiet', '--no-verify', '-m', contract.name], options)
  const ahead = (await git(['rev-list', '--count', 'HEAD', `^${baseCommit}`, '--'], options)).trim()
  if (ahead === '0') return null
  const file = join(folder, 'delivery.bundle')
  await git(['bundle', 'create', '--quiet', file, 'HEAD', `^${baseCommit}`], options)
  return file
}
