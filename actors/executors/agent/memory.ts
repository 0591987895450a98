import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Cost } from '../../../machines/index.ts'
import { writeDurably } from '../../durable-file.ts'
import type { Execution } from '../executor.ts'

/** What is known of a contract's agent beyond one attempt, in its state folder. */
export const Memory = z.strictObject({
  session: z.string().nullable(),
  /** The contract's attempt that the session was last used in. */
  attempt: z.number().int().nonnegative(),
  /** What the agent says the whole session has cost: resumed, some go on counting from there. */
  spent: z.array(Cost),
})
export type Memory = z.infer<typeof Memory>

const nothing: Memory = { session: null, attempt: 0, spent: [] }

const memoryFile = (state: string) => join(state, 'memory.json')

export function recall(state: string): Memory {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  try {
    return Memory.parse(JSON.parse(readFileSync(memoryFile(state), 'utf8')))
  } catch {
    return nothing
  }
}

export function remember(state: string, memory: Memory) {
  const path = memoryFile(state)
  writeFileSync(`${path}.part`, JSON.stringify(memory), { mode: 0o600 })
  renameSync(`${path}.part`, path)
}

const executionFile = (folder: string) => join(folder, 'execution.json')

/** Written when the agent has ended, so that nobody pays for it again when we die before that is known to others. */
export const noteExecution = (folder: string, key: string, execution: Execution): Promise<void> =>
  writeDurably(executionFile(folder), JSON.stringify({ key, execution }))

/** What came of a run under this key; undefined: it has not ended, or was interrupted. */
export function notedExecution(folder: string, key: string): Execution | undefined {
  try {
    const noted = JSON.parse(readFileSync(executionFile(folder), 'utf8')) as { key: string; execution: Execution }
    return noted.key === key ? noted.execution : undefined
  } catch {
    return undefined
  }
}
