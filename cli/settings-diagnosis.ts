import { join } from 'node:path'
import type { Finding } from './diagnosis.ts'
import type { Environment } from './environment.ts'
import { Refusal } from './refusal.ts'
import { readConfigFile } from './retention.ts'

/** Whether config.yaml, where there is one, can be read. */
export async function* settingsFindings({ home }: Environment): AsyncGenerator<Finding> {
  const path = join(home, 'config.yaml')
  const { mistakes } = await readConfigFile(path).catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error
    return { mistakes: [{ line: 1, column: 1, message: error.message }] }
  })
  for (const { line, column, message } of mistakes)
    yield {
      subject: 'settings',
      status: 'problem',
      found: `${path}:${line}:${column}: ${message}`,
      advice: '`adjutant gc` removes nothing until it is right',
    }
}
