import { Command } from 'commander'
import { checkMachines } from '../machine-check.ts'
import { listMachines } from '../machine-list.ts'
import { migrateMachines, type MigrateChoice } from '../machine-migration.ts'
import type { On } from '../shell.ts'

export const machines = (on: On): Command =>
  new Command('machines')
    .description('versions of the statecharts: which there are, what becomes of live systems under this code')
    .addCommand(
      new Command('list')
        .description('every machine with its version, its hash, and how many systems live by which definition')
        .action(on(listMachines)),
      { isDefault: true },
    )
    .addCommand(
      new Command('check')
        .description(
          'whether every live system goes on under this code; changes nothing, exits with 1 if one would not',
        )
        .action(on(checkMachines)),
    )
    .addCommand(
      new Command('migrate')
        .description('lift live systems to the current versions now, rather than when something comes for them')
        .argument('[id...]', 'only these systems')
        .option('--machine <name>', 'only systems of this machine')
        .option('--dry-run', 'say what would be done, and do nothing')
        .action(on((shell, ids: string[], choice: MigrateChoice) => migrateMachines(shell, ids, choice))),
    )
