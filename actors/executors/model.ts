import { rmSync } from 'node:fs'
import { ActivityFailure } from '../../runtime/index.ts'
import { agentHome, writeTranscript } from '../tools/index.ts'
import type { Execute } from './executor.ts'

/** The work was done turn by turn by the agent machine; what is left is to keep what was said, and to say what came of it. */
export const model: Execute<'model'> = async (_, { surroundings, context, logPath }) => {
  const { concluded } = context.input
  if (concluded === null) throw new ActivityFailure('contract.unconcluded', 'the built-in agent has not done its work')
  rmSync(agentHome(surroundings, context.input.contract.id), { recursive: true, force: true, maxRetries: 3 })
  const transcript = await writeTranscript(surroundings, logPath, concluded.conversation)
  return {
    ok: true,
    summary: concluded.summary.slice(0, longestText),
    // Not an agent's name for it: a rework goes on from this piece of the conversation.
    session: JSON.stringify(concluded.conversation),
    costs: [],
    log: { bytes: Buffer.byteLength(transcript), tail: transcript.slice(-longestText) },
  }
}

/** Of evidence: the summary, and the end of the log. */
const longestText = 4000
