import { Command, Option } from 'commander'
import { machines } from '../../machines/index.ts'
import { toChart, toMermaid, toStately } from '../../visualizations/index.ts'
import { uniquePrefix } from '../identity.ts'
import type { On } from '../shell.ts'

export const chart = (on: On): Command =>
  new Command('chart')
    .description(`the statechart of a machine: ${Object.keys(machines).join(', ')}`)
    .argument('<machine>', 'its name')
    .addOption(
      new Option('--format <format>', 'mermaid, or source for "Import from code" in Stately')
        .choices(['mermaid', 'stately'])
        .default('mermaid'),
    )
    .action(
      on(async ({ terminal }, typed: string, { format }: { format: 'mermaid' | 'stately' }) => {
        const name = uniquePrefix('machine', typed, Object.keys(machines)) as keyof typeof machines
        const { machine } = machines[name]
        const text = format === 'mermaid' ? toMermaid(toChart(machine)) : toStately(machine)
        terminal.data({ machine: name, format, text })
        if (!terminal.json) terminal.say(text.trimEnd())
      }),
    )
