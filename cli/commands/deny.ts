import { Command } from 'commander'
import { answer } from '../answer.ts'
import type { On } from '../shell.ts'
import { waitOption } from '../steering.ts'

export const deny = (on: On): Command =>
  new Command('deny')
    .description('answer an approval with no')
    .argument('<id>', 'the approval, or a directive with just one that waits')
    .option('--comment <words>', 'why, for the record')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, { comment, wait }: { comment?: string; wait?: boolean }) =>
        answer(shell, id, { type: 'approval.deny', ...(comment && { comment }) }, { wait }),
      ),
    )
