import { Command } from 'commander'
import { stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { draftDirectiveFile } from '../directive-draft.ts'
import { Refusal } from '../refusal.ts'
import { surveyRepository } from '../repository-survey.ts'
import type { On } from '../shell.ts'

export const init = (on: On): Command =>
  new Command('init')
    .description('write a commented directive file that suits the repository at hand')
    .argument('[file]', 'where to; in a folder it is called adjutant.yaml', 'adjutant.yaml')
    .option('--force', 'replace a file that is there')
    .action(
      on(async ({ terminal }, typed: string, options: { force?: boolean }) => {
        const file = (await stat(typed).catch(() => undefined))?.isDirectory() ? join(typed, 'adjutant.yaml') : typed
        const found = await surveyRepository(resolve(file, '..'))
        try {
          await writeFile(file, draftDirectiveFile(found), { flag: options.force ? 'w' : 'wx' })
        } catch (cause) {
          if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
          throw new Refusal('file.exists', `${file} is there already`, { cause, advice: '--force replaces it' })
        }
        terminal.data({ file: resolve(file), ...found })
        terminal.say(
          `Wrote ${file}${found.top ? ` for the git repository ${found.name}` : ' (no git repository here)'}.`,
        )
        terminal.say('Say in it what is wanted and who does it, then:')
        terminal.say(`  npx adjutant check ${file}`)
        terminal.say(`  npx adjutant run ${file}`)
      }),
    )
