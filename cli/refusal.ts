/** Exit codes; every command uses these. */
export const exit = { completed: 0, failed: 1, usage: 2, waiting: 3, budget: 4, interrupted: 130 } as const
export type ExitCode = (typeof exit)[keyof typeof exit]

/** Why a command does not do what was asked: one clear line, and what to do about it. */
export class Refusal extends Error {
  readonly code: string
  readonly advice: string | undefined
  readonly exitCode: ExitCode
  constructor(code: string, message: string, options: ErrorOptions & { advice?: string; exitCode?: ExitCode } = {}) {
    super(message, options)
    this.code = code
    this.advice = options.advice
    this.exitCode = options.exitCode ?? exit.usage
  }
}
