import type { Command } from 'commander'
import type { On } from '../shell.ts'
import { check } from './check.ts'
import { init } from './init.ts'

/** Every command, in the order of the help. */
export const commands = (on: On): Command[] => [init, check].map((command) => command(on))
