import { Command } from 'commander'
import { control } from '../control.ts'
import { readDirectiveDocument } from '../directive-document.ts'
import { isError, sayMistakes } from '../mistake.ts'
import { Refusal } from '../refusal.ts'
import type { On, Shell } from '../shell.ts'

export const replan = (on: On): Command =>
  new Command('replan')
    .description('give up the present chain for a new one; passed steps that are unchanged keep their results')
    .argument('<id>', 'the directive')
    .requiredOption('--reason <words>', 'why, for the planner and the record')
    .option('--chain <file>', 'a directive file whose chain is the new one')
    .action(
      on(async (shell, id: string, options: { reason: string; chain?: string }) => {
        const chain = options.chain ? await chainOf(shell, options.chain) : undefined
        await control(shell, id, { type: 'directive.replan', reason: options.reason, ...(chain && { chain }) })
      }),
    )

/** The chain of a directive file, refused with every mistake listed. */
async function chainOf({ terminal }: Shell, file: string) {
  const { directive, mistakes } = await readDirectiveDocument(file)
  if (!directive) {
    sayMistakes(mistakes.filter(isError), terminal)
    throw new Refusal('file.invalid', `${file} has mistakes`)
  }
  if (!directive.chain) throw new Refusal('chain.missing', `${file} has no chain`)
  return directive.chain
}
