import { CommanderError } from 'commander'
import { exit, Refusal, type ExitCode } from './refusal.ts'
import type { Terminal } from './terminal.ts'

/** Says in one line why a command ended early and what to do, and gives the exit code. Never a stack trace. */
export function reportFailure(error: unknown, terminal: Terminal): ExitCode {
  // Commander has printed its own line by then; help and version are no failures.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.completed : exit.usage
  const { code, message, advice, exitCode } = describe(error)
  terminal.data({ error: { code, message, advice } })
  terminal.warn(`adjutant: ${message.replaceAll(/\s*\n\s*/g, ' ')}`)
  if (advice) terminal.warn(`  ${advice}`)
  return exitCode
}

type Description = { code: string; message: string; advice?: string | undefined; exitCode: ExitCode }

function describe(error: unknown): Description {
  if (error instanceof Refusal) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  // Rejections and an unreachable database carry a code `noun.problem`: the caller can do something about them.
  if (code && /^[a-z_]+\.[a-z_]+$/.test(code)) return { code, message, advice: advice[code], exitCode: exit.usage }
  return { code: code ?? 'adjutant.defect', message, advice: advice.defect, exitCode: exit.failed }
}

const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

const advice: Record<string, string> = {
  'system.not_found': '`adjutant list` shows what there is',
  'system.final': 'it has ended; `adjutant show ID` tells how',
  'database.unreachable': 'unset DATABASE_URL to use the embedded database, or see `adjutant doctor`',
  'database.password': 'correct DATABASE_URL, or unset it to use the embedded database',
  'database.missing': 'create it (createdb), correct DATABASE_URL, or unset it to use the embedded database',
  'database.too_old': 'Postgres 15 to 18 will do, or unset DATABASE_URL to use the embedded database',
  'database.rights': 'the role in DATABASE_URL needs the right to create tables',
  defect: 'this is not supposed to happen; `adjutant doctor` looks at the surroundings',
}
