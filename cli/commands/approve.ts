import { Command, InvalidArgumentError } from 'commander'
import { answer } from '../answer.ts'
import { chainFrom } from '../directive-document.ts'
import type { On } from '../shell.ts'
import { waitOption } from '../steering.ts'

type Options = {
  choice?: string
  comment?: string
  chain?: string
  maxCostUsd?: number
  maxMinutes?: number
  wait?: boolean
}

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('a number above 0 is wanted.')
  return value
}

export const approve = (on: On): Command =>
  new Command('approve')
    .description('answer an approval with yes')
    .argument('<id>', 'the approval, or a directive with just one that waits')
    .option('--choice <choice>', 'one of its choices; default the first')
    .option('--comment <words>', 'for the record; some choices need a reason')
    .option('--chain <file>', 'a directive file whose chain replaces the planned one')
    .option('--max-cost-usd <n>', 'the new limit, where a limit was exceeded', positive)
    .option('--max-minutes <n>', 'the new limit, where a limit was exceeded', positive)
    .option(...waitOption)
    .action(
      on(async (shell, id: string, { choice, comment, chain, maxCostUsd, maxMinutes, wait }: Options) => {
        const limits = {
          ...(maxCostUsd && { maxTotalCostUsd: maxCostUsd }),
          ...(maxMinutes && { maxWallTimeMinutes: maxMinutes }),
        }
        const given = {
          type: 'approval.approve' as const,
          ...(choice && { choice }),
          ...(comment && { comment }),
          ...(chain && { chain: await chainFrom(shell, chain) }),
          ...(Object.keys(limits).length > 0 && { limits }),
        }
        return answer(shell, id, given, { wait })
      }),
    )
