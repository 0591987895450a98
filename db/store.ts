import type { Sql } from './connect.ts'
import * as acceptance from './queries/accept-mail.ts'
import * as claims from './queries/claim-systems.ts'
import { commitTurn } from './queries/commit-turn.ts'
import { commitTurns } from './queries/commit-turns.ts'
import { findTurns } from './queries/find-turns.ts'
import { discardMail, entriesOfKeys, mailFates, nextDue, unsettled } from './queries/find-waiting.ts'
import * as leases from './queries/lease-process.ts'
import { listProjections } from './queries/list-projections.ts'
import { fetchMail, loadSystems } from './queries/load-systems.ts'
import * as parking from './queries/park-systems.ts'
import * as pruning from './queries/prune-journal.ts'
import { readCheckpoint, readEmitted, readJournal, readTrail, systemHead } from './queries/read-journal.ts'
import { releaseSystems } from './queries/release-systems.ts'
import * as activities from './queries/run-activities.ts'

const queries = {
  ...acceptance,
  ...claims,
  commitTurns,
  findTurns,
  discardMail,
  entriesOfKeys,
  mailFates,
  nextDue,
  unsettled,
  ...leases,
  listProjections,
  fetchMail,
  loadSystems,
  ...parking,
  ...pruning,
  readCheckpoint,
  readEmitted,
  readJournal,
  readTrail,
  systemHead,
  releaseSystems,
  ...activities,
}

type Rows<Answer> = Answer extends readonly (infer Row)[] ? Row[] : Answer
type Bound<Query> = Query extends (sql: Sql, ...given: infer Given) => infer Answer
  ? (...given: Given) => Promise<Rows<Awaited<Answer>>>
  : never

/** What a runtime asks of a database: each call is one statement, which happens wholly or not at all. */
export type Store = { [Name in keyof typeof queries]: Bound<(typeof queries)[Name]> } & {
  /** Calls `hear` with what others say on the channel from now on; what is said while the connection is away is lost. */
  listen(channel: string, hear: (payload: string) => void): Promise<{ unlisten(): Promise<void> }>
  notify(channel: string, payload: string): Promise<unknown>
}

// Longer than any statement here takes, also behind the locks of others.
const ANSWER_MS = 30_000

/**
 * Statements begin when they are called, not when they are awaited as those of postgres.js do. One that is not answered
 * within `answerMs` fails with ETIMEDOUT, its outcome unknown: a connection can be half open, and postgres.js 3.4.9 has been
 * seen to forget a statement that it was handed while its connection broke.
 */
export function postgresStore(sql: Sql, lean: Sql, answerMs = ANSWER_MS): Store {
  const bound = Object.entries(queries).map(([name, query]) => [
    name,
    async (...given: unknown[]) =>
      answered(answerMs, (query as (sql: Sql, ...given: unknown[]) => PromiseLike<unknown>)(sql, ...given)),
  ])
  return {
    ...(Object.fromEntries(bound) as Store),
    commitTurns: async (turn, owner, turns) => {
      const [alone, ...others] = turns
      return alone && !others.length
        ? [await answered(answerMs, commitTurn(lean, turn, owner, alone))]
        : answered(answerMs, commitTurns(sql, turn, owner, turns))
    },
    listen: (channel, hear) => sql.listen(channel, hear),
    notify: async (channel, payload) => sql.notify(channel, payload),
  }
}

async function answered<T>(withinMs: number, statement: PromiseLike<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = () => reject(Object.assign(new Error(`no answer within ${withinMs / 1000} s`), { code: 'ETIMEDOUT' }))
  const timer = setTimeout(late, withinMs).unref()
  try {
    return await Promise.race([statement, promise])
  } finally {
    clearTimeout(timer)
  }
}
