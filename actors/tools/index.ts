import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { type Message, type ToolsInput, type ToolsOutput } from '../../machines/index.ts'
import { ActivityFailure, type ActivityContext } from '../../runtime/index.ts'
import { putPiece, readConversation } from '../content.ts'
import { attemptFolder, attemptLog } from '../folders.ts'
import { serially } from '../git/index.ts'
import { sweepContract } from '../process/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { tokensOf } from '../tokens.ts'
import { restorePointer } from '../workspace/index.ts'
import { carryOut } from './calls.ts'
import { openTurn, type Recorded } from './records.ts'
import { noteDown } from './transcript.ts'

export { toolDefinitions } from './definitions.ts'
export { agentHome } from './program-confinement.ts'
export { writeTranscript } from './transcript.ts'

/** Carries out what the built-in agent asked for in one answer. */
export const createTools =
  (surroundings: Surroundings) =>
  (context: ActivityContext<ToolsInput>): Promise<ToolsOutput> =>
    // The turn before, or the attempt before, may be ending yet; the workspace is one's alone.
    serially(`work in ${context.input.workspace.path}`, async () => {
      context.signal.throwIfAborted()
      const { contract, workspace } = context.input
      if (!existsSync(workspace.path))
        throw new ActivityFailure('workspace.missing', `the workspace ${workspace.path} is gone`)
      await sweepContract(surroundings.home, contract.id, context.idempotencyKey)
      restorePointer(workspace.path)
      return takeTurn(surroundings, context)
    })

async function takeTurn(surroundings: Surroundings, context: ActivityContext<ToolsInput>): Promise<ToolsOutput> {
  const { directiveId, contract, workspace, conversation, answer, timeoutMs } = context.input
  const { home, now } = surroundings
  const started = performance.now()
  const folder = attemptFolder(home, directiveId, contract.id, contract.attempt)
  mkdirSync(folder, { recursive: true })
  const turn = openTurn(folder, context.idempotencyKey)
  const done = await carryOut(answer.toolCalls, turn, {
    surroundings,
    context,
    contract,
    root: realpathSync(workspace.path),
    folder,
    left: () => timeoutMs - (performance.now() - started),
  })
  const messages = said(context.input, done)
  const piece = await putPiece(home, { parent: conversation, messages })
  noteDown(attemptLog(folder), turn, messages, surroundings.redact)
  return {
    at: now(),
    conversation: piece,
    tokens: tokensOf(await readConversation(home, piece)),
    progress: progressOf(done, answer.text),
    advanced: done.some(({ advanced }) => advanced),
    delivered: done.find(({ delivered }) => delivered !== null)?.delivered ?? null,
    durationMs: Math.round(performance.now() - started),
  }
}

function said({ append, answer }: ToolsInput, done: Recorded[]): Message[] {
  const results = answer.toolCalls.map(({ id }, i): Message => ({
    role: 'tool',
    toolCallId: id,
    content: done[i]?.text ?? '',
  }))
  return [...append, { role: 'assistant', content: answer.text, toolCalls: answer.toolCalls }, ...results]
}

const progressOf = (done: Recorded[], text: string | null): string =>
  (done.map(({ line }) => line).join('; ') || (text ?? '').trim().replaceAll(/\s+/g, ' ') || 'said nothing').slice(
    0,
    500,
  )
