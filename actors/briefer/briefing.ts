import type { Citable, ConversationPiece, PlanMenu } from '../../machines/index.ts'

/** What a model is asked, composed and not yet stored. */
export type Briefing = {
  prompt: { name: string; version: string }
  piece: ConversationPiece
  citable: Citable
  menu: PlanMenu | null
}
