import { Command } from 'commander'
import { z } from 'zod'
import { DirectiveFile } from '../../machines/index.ts'
import type { On } from '../shell.ts'

export const schema = (on: On): Command =>
  new Command('schema').description('the JSON Schema of directive files, for editors').action(
    on(async ({ terminal }) => {
      // As people write the file: what has a default may be left out.
      const found = z.toJSONSchema(DirectiveFile, { io: 'input', unrepresentable: 'any' })
      terminal.data(found)
      if (!terminal.json) terminal.say(JSON.stringify(found, null, 2))
    }),
  )
