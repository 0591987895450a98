import { Command } from 'commander'
import { withAdjutant } from '../compose.ts'
import { uniquePrefix } from '../identity.ts'
import type { On } from '../shell.ts'

export const unpark = (on: On): Command =>
  new Command('unpark')
    .description('try again to run what was parked because it could not be; without ID, list what is parked')
    .argument('[id]', 'the system that is parked')
    .action(
      on(async (shell, typed: string | undefined) =>
        withAdjutant(shell, 'control', async ({ runtime }) => {
          const { terminal } = shell
          const parked = await runtime.parked()
          if (typed === undefined) {
            if (parked.length === 0) terminal.say('Nothing is parked.')
            for (const each of parked) {
              terminal.data(each)
              terminal.say(`${each.id}  ${each.machine}  ${wordsOf(each.reason)}`)
            }
            return
          }
          const id = uniquePrefix(
            'parked system',
            typed,
            parked.map((each) => each.id),
          )
          await runtime.unpark(id)
          terminal.data({ id, parked: false })
          terminal.say(`${id} runs again; its mail was kept.`)
        }),
      ),
    )

const wordsOf = (reason: unknown): string =>
  typeof reason === 'string' ? reason : ((reason as { message?: string } | null)?.message ?? JSON.stringify(reason))
