import { z } from 'zod'
import { Argv } from './argv.ts'
import { ModelList, ModelName } from './models.ts'

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

/**
 * A coding agent's own command line, run without questions. Keys reach it only by the names in `pass`, or as its preset
 * has it (ANTHROPIC_API_KEY for claude, say).
 */
export const AgentExecutor = z
  .strictObject({
    kind: z.literal('agent'),
    preset: z.enum(['claude', 'codex', 'gemini', 'opencode', 'custom']),
    /** The program and its arguments. Required for `custom`; for others it replaces the program's name. */
    argv: Argv.optional(),
    /** Further arguments, after the preset's own. */
    args: z.array(z.string()).default([]),
    model: ModelName.optional(),
    /** How `custom` gets its prompt: on standard input, or in a file whose path is in ADJUTANT_PROMPT_FILE. */
    prompt: z.enum(['stdin', 'file']).default('stdin'),
    /** What `custom` prints. */
    output: z.enum(['stream-json', 'jsonl', 'text']).default('text'),
    env: z.record(z.string(), z.string()).optional(),
    /** Names of variables of the host that the agent gets. */
    pass: z.array(z.string()).default([]),
    /** No progress for longer than this (whatever it prints) fails the attempt (`executor.idle`). Seconds. */
    idleSeconds: z.number().positive().default(600),
    /** For one attempt: reserved before, and given to agents that keep a limit of their own. */
    maxCostUsd: z.number().positive().optional(),
  })
  .refine((executor) => executor.preset !== 'custom' || executor.argv !== undefined, {
    message: 'a custom agent needs argv',
  })

export type AgentExecutor = z.infer<typeof AgentExecutor>

/** The built-in agent: a model with tools, confined to the workspace. */
export const ModelExecutor = z.strictObject({
  kind: z.literal('model'),
  /** Default: the directive's models for `agent`. */
  models: ModelList.optional(),
  /** Calls of the model for one attempt. */
  maxTurns: z.number().int().positive().max(500).default(50),
  /** Tokens, in and out, for one attempt. */
  maxTokens: z.number().int().positive().default(2_000_000),
  /** For one answer. */
  maxOutputTokens: z.number().int().positive().default(8_000),
  /** Names of variables of the host that the commands it runs get. */
  pass: z.array(z.string()).default([]),
})

export type ModelExecutor = z.infer<typeof ModelExecutor>

/** A capability of a worker: `gpu`, `windows`, `region=eu`. */
const Label = z.string().regex(/^[\w.:/=-]{1,100}$/, 'a label has 1 to 100 letters, digits and . : / = _ -')

/** Waits for a worker on another machine that has all the labels: it claims the contract over HTTP, under a lease. */
export const ExternalExecutor = z.strictObject({
  kind: z.literal('external'),
  labels: z.array(Label).max(20).default([]),
  /** A worker silent for longer than this has lost the contract, which is then offered to others. Seconds. */
  leaseSeconds: z.number().min(1).max(86_400).default(60),
  /** A worker that lives but reports no progress for longer than this fails the attempt (`executor.idle`). Seconds. */
  idleSeconds: z.number().positive().optional(),
})
export type ExternalExecutor = z.infer<typeof ExternalExecutor>

/** Waits for a person, who works in the contract's workspace and then delivers it. */
export const HumanExecutor = z.strictObject({
  kind: z.literal('human'),
  /** For the person, beside the plan. */
  note: z.string().min(1).max(4000).optional(),
})

/** Who carries a contract out. A new kind is one more member here and one more file in the contractor's executors. */
export const executors = [
  CommandExecutor,
  AgentExecutor,
  ModelExecutor,
  ExternalExecutor,
  HumanExecutor,
  NoopExecutor,
] as const

export const Executor = z.discriminatedUnion('kind', executors)
export type Executor = z.infer<typeof Executor>
