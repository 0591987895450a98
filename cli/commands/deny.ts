import { Command } from 'commander'
import { answer } from '../answer.ts'
import type { On } from '../shell.ts'

export const deny = (on: On): Command =>
  new Command('deny')
    .description('answer an approval with no')
    .argument('<id>', 'the approval, or a directive with just one that waits')
    .option('--comment <words>', 'why, for the record')
    .action(
      on(async (shell, id: string, { comment }: { comment?: string }) =>
        answer(shell, id, { type: 'approval.deny', ...(comment && { comment }) }),
      ),
    )
