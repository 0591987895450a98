import { z } from 'zod'
import { Argv } from './argv.ts'

/** Runs a command in the workspace; exit code 0 delivers. Exactly one of `argv` and `shell`. */
export const CommandExecutor = z
  .strictObject({
    kind: z.literal('command'),
    /** Program and arguments, started without a shell. */
    argv: Argv.optional(),
    /** A line for `sh -c`, only when a shell is really wanted. */
    shell: z.string().min(1).optional(),
    /** Further environment variables, beside the allow-listed ones. */
    env: z.record(z.string(), z.string()).optional(),
    /** Silence longer than this fails the attempt (`executor.idle`). Seconds; none: only the step's timeout. */
    idleSeconds: z.number().positive().optional(),
  })
  .refine((executor) => (executor.argv === undefined) !== (executor.shell === undefined), {
    message: 'a command needs exactly one of argv and shell',
  })

/** Delivers at once without touching the workspace: for benches and tests, never offered to planners. */
export const NoopExecutor = z.strictObject({
  kind: z.literal('noop'),
  /** Becomes the evidence's summary. */
  summary: z.string().optional(),
})

/** Who carries a contract out. A new kind is one more member here and one more file in the contractor's executors. */
export const executors = [CommandExecutor, NoopExecutor] as const

export const Executor = z.discriminatedUnion('kind', executors)
export type Executor = z.infer<typeof Executor>
