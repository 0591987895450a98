import { assertEvent } from 'xstate'
import { type DirectiveFile, plannerSourceOf } from '../directive-file.ts'
import { instantOf } from '../instant.ts'
import { listOf, type ModelChoice, type Models } from '../models.ts'
import { base } from './base.ts'
import type { DirectiveContext, DirectiveInput, Planning } from './schema.ts'
import { freshReview } from './reviewing.ts'
import { emptyTally } from './standing.ts'

export const resultBranchOf = (id: string, file: DirectiveFile): string | null =>
  file.repository ? `adjutant/${id}/result` : null

/** A plan not begun; `reason` null for the first. */
export const freshPlanning = (context: Pick<DirectiveContext, 'source'>, reason: string | null): Planning => ({
  given: null,
  proposal: null,
  source: context.source,
  rationale: null,
  planningModel: null,
  problems: [],
  attempts: 0,
  thinking: false,
  before: null,
  feedback: [],
  reason,
  failingStep: null,
  approved: false,
})

const noModels: Models = { planner: [], agent: [], judge: [] }

/** What a change of the file names replaces what was resolved when the directive was created. */
const rechosen = (models: Models, choice: ModelChoice | undefined): Models => ({
  planner: listOf(choice?.planner) ?? models.planner,
  agent: listOf(choice?.agent) ?? models.agent,
  judge: listOf(choice?.judge) ?? models.judge,
})

export const contextOf = ({ id, file, createdAt, models }: DirectiveInput): DirectiveContext => ({
  kind: 'directive',
  id,
  file,
  source: plannerSourceOf(file),
  models: models ?? noModels,
  createdAt,
  startedAt: null,
  finishedAt: null,
  now: createdAt,
  totals: { costUsd: 0, unknownCosts: 0, tokens: 0, wallTimeMs: 0 },
  budget: { granted: [], waiting: [] },
  asked: false,
  runningSince: null,
  chainGeneration: 0,
  chainId: null,
  planning: freshPlanning({ source: plannerSourceOf(file) }, null),
  steps: {},
  tally: emptyTally,
  frontier: [],
  verifierPool: [],
  blockedEntries: 0,
  merge: { holder: null, queue: [] },
  review: freshReview(null),
  resultBranch: resultBranchOf(id, file),
  resultCommit: null,
  publication: null,
  ledger: [],
  approvals: 0,
  openApproval: null,
  answer: null,
  exceeded: null,
  attention: null,
  outcome: null,
})

export const drafting = {
  updateFile: base.assign(({ context, event }) => {
    assertEvent(event, 'directive.update')
    const file = { ...context.file, ...event.changes }
    const source = plannerSourceOf(file)
    const now = instantOf(event, context.now)
    return {
      file,
      source,
      models: rechosen(context.models, event.changes.model),
      now,
      planning: freshPlanning({ source }, null),
      resultBranch: resultBranchOf(context.id, file),
    }
  }),
  recordStart: base.assign(({ context, event }) => {
    const now = instantOf(event, context.now)
    return { now, startedAt: context.startedAt ?? now }
  }),
  noteTime: base.assign({ now: ({ context, event }) => instantOf(event, context.now) }),
}
