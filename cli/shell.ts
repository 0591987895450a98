import type { Environment } from './environment.ts'
import type { Interruption } from './interruption.ts'
import type { ExitCode } from './refusal.ts'
import type { Terminal } from './terminal.ts'

/** What every command works with. */
export type Shell = {
  environment: Environment
  terminal: Terminal
  /** Aborted by the first Ctrl-C (SIGINT) or SIGTERM: finish the turn, release everything, end. */
  interrupted: AbortSignal
  interruption: Interruption
}

/** Turns a command's body into what commander calls; its result becomes the exit code, nothing means 0. */
export type On = <Args extends unknown[]>(
  body: (shell: Shell, ...args: Args) => Promise<ExitCode | void>,
) => (...args: Args) => Promise<void>
