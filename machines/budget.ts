import type { AnyActorRef } from 'xstate'
import type { LedgerEntry } from './cost.ts'

/** For who keeps to what is granted: whatever is left, but no more than this; null: no more than is left. */
export type UpTo = { upTo: number | null }

/** What is asked for before a call of a model, or an attempt of an agent, is paid. */
export type Reservation = {
  /** The asker's address; it has one reservation at a time. */
  id: string
  /** The most it can cost, US dollars. null: its price is unknown. */
  usd: number | null | UpTo
  /** Gets the answer. */
  asker: AnyActorRef
} & Pick<LedgerEntry, 'step' | 'activity' | 'attempt' | 'model'>

/** To the directive, passed on by every level between. Answered once, perhaps only when a person has raised the limit. */
export type BudgetReserve = { type: 'budget.reserve'; at: number } & Reservation

/** To the nearest ledger; from there on it is told as `contract.spent`, `step.spent`. Ends the reservation. */
export type BudgetSettle = { type: 'budget.settle'; at: number; id: string; entries: LedgerEntry[] }

/** Straight to the asker. `usd`: what is reserved for it; null: there is no limit. */
export type BudgetAnswer =
  | { type: 'budget.granted'; at: number; usd: number | null }
  | { type: 'budget.refused'; at: number; code: string; reason: string }

/** In what tells of costs: the reservation they were made under, which is thereby ended unless it stays `open`. */
export type Settled = { id: string; open: boolean }
