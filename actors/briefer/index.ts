import type { BrieferInput, BrieferOutput } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import { putPiece, readConversation } from '../content.ts'
import { pricesOf } from '../model/index.ts'
import type { Surroundings } from '../surroundings.ts'
import { tokensOf } from '../tokens.ts'
import { agentBriefing, agentPrompt } from './agent.ts'
import type { Briefing } from './briefing.ts'
import { judgeBriefing } from './judge.ts'
import { planBriefing } from './plan.ts'

export { agentPrompt, type Beginning } from './agent.ts'
export type { Briefing } from './briefing.ts'

/** Composes what a model is asked and stores it. The same input says the same, so running again changes nothing. */
export const createBriefer =
  (surroundings: Surroundings) =>
  async ({ input, idempotencyKey }: ActivityContext<BrieferInput>): Promise<BrieferOutput> => {
    const { home, models, now } = surroundings
    const { prompt, piece, citable, menu } = await brief(surroundings, input, idempotencyKey)
    const conversation = await putPiece(home, piece)
    return {
      at: now(),
      conversation,
      prompt: { name: prompt.name, version: prompt.version },
      tokens: tokensOf(await readConversation(home, conversation)),
      prices: pricesOf(models, input.models, now()),
      citable,
      menu,
    }
  }

/** What a model would be asked, without storing it. `seed`: what nobody who wrote a text in it knows. */
export async function brief(surroundings: Surroundings, input: BrieferInput, seed: string): Promise<Briefing> {
  const found = await briefingFor(surroundings, input, seed)
  const messages = found.piece.messages.map((message) => ({
    ...message,
    ...(message.content !== null && { content: surroundings.redact(message.content) }),
  }))
  return { ...found, piece: { ...found.piece, messages } }
}

/** What would be asked, also of an agent with a command line of its own. */
export async function preview(surroundings: Surroundings, input: BrieferInput): Promise<Briefing> {
  if (input.purpose !== 'agent' || input.contract.executor.kind !== 'agent')
    return brief(surroundings, input, 'preview')
  const { text, prompt } = await agentPrompt(surroundings, input, { how: 'fresh', seed: 'preview' })
  return { prompt, piece: { parent: null, messages: [{ role: 'user', content: text }] }, citable: {}, menu: null }
}

function briefingFor(surroundings: Surroundings, input: BrieferInput, seed: string): Promise<Briefing> {
  switch (input.purpose) {
    case 'plan':
      return planBriefing(surroundings, input, seed)
    case 'judge':
      return judgeBriefing(surroundings, input, seed)
    case 'agent':
      return agentBriefing(surroundings, input, seed)
  }
}
