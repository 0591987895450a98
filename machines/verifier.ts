import { z } from 'zod'
import { Argv } from './argv.ts'

/** A verifier as a person writes it in a chain. Exactly one of `argv` and `shell`. */
export const VerifierConfig = z
  .strictObject({
    name: z.string().min(1),
    /** `command`: score 1 on exit code 0, else 0. */
    type: z.literal('command').default('command'),
    argv: Argv.optional(),
    shell: z.string().min(1).optional(),
    /** Folder inside the checkout, default its top. */
    cwd: z.string().optional(),
    env: z.record(z.string(), z.string()).optional(),
    weight: z.number().positive().default(1),
    /** A required verifier that fails makes the level red whatever the score. */
    required: z.boolean().default(true),
    timeoutSeconds: z.number().positive().default(900),
    /** Run a failing verifier once more, to tell flaky from broken. */
    rerun: z.boolean().default(true),
  })
  .refine((verifier) => (verifier.argv === undefined) !== (verifier.shell === undefined), {
    message: 'a verifier needs exactly one of argv and shell',
  })
export type VerifierConfig = z.infer<typeof VerifierConfig>

/** A verifier ready to run: configured or detected, with the reason it is there ("package.json has a test script"). */
export const VerifierSpec = z.strictObject({ ...VerifierConfig.shape, why: z.string() })
export type VerifierSpec = z.infer<typeof VerifierSpec>

/** The verifiers of a step: found in the repository, or exactly these. */
export const Verifiers = z.union([z.literal('auto'), z.array(VerifierConfig)])
export type Verifiers = z.infer<typeof Verifiers>

/**
 * - `passed` / `failed`: the verifier gave a result.
 * - `flaky`: failed, then passed when run again; counts with its score, caps the level at yellow.
 * - `unavailable`: no result (tool not installed, setup failed, no tests collected is `failed`): reported, not counted.
 */
export const VerifierStatus = z.enum(['passed', 'failed', 'unavailable', 'flaky'])
export type VerifierStatus = z.infer<typeof VerifierStatus>

export const VerifierResult = z.strictObject({
  name: z.string(),
  type: z.string(),
  why: z.string(),
  /** The command as a person would type it. */
  command: z.string(),
  /** null: killed, timed out or never started. */
  exitCode: z.number().int().nullable(),
  durationMs: z.number().nonnegative(),
  /** The last 4 kB at most. */
  outputTail: z.string(),
  weight: z.number().positive(),
  required: z.boolean(),
  status: VerifierStatus,
  /** 0 to 1; a command scores 1 or 0. Meaningless when unavailable. */
  score: z.number().min(0).max(1),
})
export type VerifierResult = z.infer<typeof VerifierResult>
