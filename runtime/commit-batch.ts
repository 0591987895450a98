import { isTransient, type CommitAnswer, type Store, type TurnRows } from '../db/index.ts'
import { pause, type Platform } from './platform.ts'
import type { Signals } from './signals.ts'

/** What became of one turn. *stale*: another process moved the system on; *poison*: the database refuses these rows. */
export type Fate =
  | { fate: 'committed' }
  | { fate: 'duplicate'; of: 'mail' | 'key' | 'result' }
  | { fate: 'stale' }
  | { fate: 'poison'; error: Error }
  | { fate: 'unknown'; error: Error }

export type Commit = { store: Store; platform: Platform; owner: string | null; signals: Signals; closed(): boolean }

// 100 ms doubling to 3 s: as long as the database is away there is nothing better to do.
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 3_000

/** Commits a batch whatever happens to the connection. Answers in the order of `turns`; never throws. */
export async function commitBatch(commit: Commit, turn: string, turns: TurnRows[]): Promise<Fate[]> {
  try {
    const answers = await repeatUntilAnswered(commit, turn, turns)
    return turns.map(({ id }) => fateOf(answers.get(id)))
  } catch (error) {
    if (!isPoison(error)) return turns.map(() => ({ fate: 'unknown', error: error as Error }))
    if (turns.length === 1) return [{ fate: 'poison', error: error as Error }]
    // One row that the database refuses fails the statement: halve until it is alone.
    const half = turns.length >> 1
    return [
      ...(await commitBatch(commit, turn, turns.slice(0, half))),
      ...(await commitBatch(commit, turn, turns.slice(half))),
    ]
  }
}

const fateOf = (answer: CommitAnswer | undefined): Fate => {
  if (answer?.committed) return { fate: 'committed' }
  return answer?.refused ? { fate: 'duplicate', of: answer.refused } : { fate: 'stale' }
}

// Cardinality, data, integrity, and limits: the statement itself is at fault, repeating it cannot help.
const isPoison = (error: unknown): boolean => /^(21|22|23|54)/.test(String((error as { code?: string }).code ?? ''))

async function repeatUntilAnswered(
  commit: Commit,
  turn: string,
  turns: TurnRows[],
): Promise<Map<string, CommitAnswer>> {
  let doubt = false
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    try {
      const answering = commit.store.commitTurns(turn, commit.owner, turns)
      if (commit.signals.pointed) {
        // What goes wrong meanwhile is met below.
        answering.catch(() => {})
        await commit.signals.point('commit.sent', { turn })
      }
      return await settle(commit, turn, turns, await answering, doubt)
    } catch (error) {
      if (!isTransient(error) || commit.closed()) throw error
      // The backend may have committed before the connection went: the same turn id tells.
      doubt = true
      await pause(commit.platform, wait)
    }
  }
}

async function settle(commit: Commit, turn: string, turns: TurnRows[], rows: CommitAnswer[], doubt: boolean) {
  const answers = new Map(rows.map((row) => [row.id, row]))
  const open = doubt ? turns.filter(({ id }) => !answers.get(id)?.committed) : []
  if (open.length)
    for (const { id } of await commit.store.findTurns(turn, open))
      answers.set(id, { id, committed: true, refused: null })
  return answers
}
