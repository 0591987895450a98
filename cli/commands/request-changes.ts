import { Command } from 'commander'
import { answer } from '../answer.ts'
import type { On } from '../shell.ts'
import { waitOption } from '../steering.ts'

export const requestChanges = (on: On): Command =>
  new Command('request-changes')
    .description('answer an approval with words that go into the next attempt')
    .argument('<id>', 'the approval, or a directive with just one that waits')
    .argument('<words>', 'what shall be different')
    .option(...waitOption)
    .action(
      on(async (shell, id: string, comment: string, { wait }: { wait?: boolean }) =>
        answer(shell, id, { type: 'approval.request_changes', comment }, { wait }),
      ),
    )
