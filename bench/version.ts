import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The version of one of the packages that are installed beside this file. */
export const versionOf = (name: string): string => versionIn(path.join(import.meta.dirname, 'node_modules', name))

/** The version of the package in a folder. */
export const versionIn = (folder: string): string =>
  JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version
