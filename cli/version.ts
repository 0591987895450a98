import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of the package: the clone itself, or where npm installed it (there this file lies in dist/cli). */
export const packageFolder = ((): string => {
  const above = join(import.meta.dirname, '..')
  return above.endsWith('dist') ? dirname(above) : above
})()

export const version = (JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string })
  .version
