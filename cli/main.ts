import { Command } from 'commander'
import { commands } from './commands/index.ts'
import { readEnvironment, type Environment } from './environment.ts'
import { reportFailure } from './failure-report.ts'
import { watchInterruption } from './interruption.ts'
import { exit, type ExitCode } from './refusal.ts'
import type { On } from './shell.ts'
import { openTerminal } from './terminal.ts'
import { version } from './version.ts'

/** Runs one command line (without node and script) and gives its exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const json = argv.includes('--json')
  let terminal = openTerminal({ color: 'auto', repaint: false }, { json })
  try {
    const environment = readEnvironment()
    terminal = openTerminal(environment, { json })
    return await runCommand(argv, environment, json)
  } catch (error) {
    return reportFailure(error, terminal)
  }
}

async function runCommand(argv: readonly string[], environment: Environment, json: boolean): Promise<ExitCode> {
  let code: ExitCode = exit.completed
  const interruption = watchInterruption()
  const on: On = (body) => {
    return async (...args) => {
      const terminal = openTerminal(environment, { json })
      code =
        (await body({ environment, terminal, interruption, interrupted: interruption.signal }, ...args)) ??
        exit.completed
    }
  }
  await createProgram(on).parseAsync(argv, { from: 'user' })
  return code
}

function createProgram(on: On): Command {
  const program = new Command('adjutant')
    .description('Runs directives: goals for agents and commands, with steps that are verified, reworked and approved.')
    .version(version)
    .option('--json', 'one JSON value per line on stdout, words for people on stderr')
    .showHelpAfterError('(`adjutant --help` lists the commands, `adjutant COMMAND --help` their options)')
    .addHelpText('after', afterHelp)
    // Commander would end the process itself; errors go to reportFailure instead.
    .exitOverride()
  for (const command of commands(on)) program.addCommand(inherit(command, program))
  return program
}

/** Commands that are added, not made by `program.command`, take over none of its settings by themselves. */
function inherit(command: Command, from: Command): Command {
  command.copyInheritedSettings(from)
  for (const below of command.commands) inherit(below, command)
  return command
}

const afterHelp = `
An ID may be shortened to a prefix that is unique.
Exit codes: 0 completed, 1 failed, 2 usage, 3 waiting for a person, 4 stopped by a budget, 130 interrupted.
Environment: ADJUTANT_HOME, DATABASE_URL, ADJUTANT_PORT, ADJUTANT_HOST, NO_COLOR.`
