import { Command, Option } from 'commander'
import { machines } from '../../machines/index.ts'
import { type Chart, toChart, toMermaid, toScxml, toStately, toSvg } from '../../visualizations/index.ts'
import { chainPicture, type Live, liveActor } from '../chart-of.ts'
import { uniquePrefix } from '../identity.ts'
import { Refusal } from '../refusal.ts'
import type { On } from '../shell.ts'

type Format = keyof typeof drawn
type Options = { format: Format; of?: string; actor?: string }
type Machine = (typeof machines)[keyof typeof machines]['machine']

const drawn = {
  mermaid: (chart: Chart) => toMermaid(chart),
  svg: (chart: Chart, _: Machine, live: Live | null) => toSvg(chart, live?.highlightsOf(chart)),
  stately: (_: Chart, machine: Machine) => toStately(machine),
  scxml: (_: Chart, machine: Machine) => toScxml(machine),
  json: (chart: Chart, _: Machine, live: Live | null) =>
    JSON.stringify({ ...chart, ...(live && { live: live.highlightsOf(chart) }) }, null, 2),
}

export const chart = (on: On): Command =>
  new Command('chart')
    .description(`the statechart of a machine (${Object.keys(machines).join(', ')}), or the chain of a directive`)
    .argument('<machine>', 'its name, or "chain" with --of: the steps as they are')
    .addOption(
      new Option('--format <format>', 'mermaid; svg; source for Stately\'s "Import from code"; W3C SCXML; json')
        .choices(Object.keys(drawn))
        .default('mermaid'),
    )
    .option('--of <directive>', 'as it is in this directive: where it stands, and where it has been')
    .option('--actor <address>', 'the actor that is meant, where a directive has several (implement-g1/contract)')
    .action(
      on(async (shell, typed: string, options: Options) => {
        const { terminal } = shell
        const text =
          typed === 'chain' && options.of !== undefined
            ? await chainPicture(shell, options.of)
            : await machinePicture(shell, typed, options)
        terminal.data({ machine: typed, format: options.format, text })
        if (!terminal.json) terminal.say(text.trimEnd())
      }),
    )

async function machinePicture(
  shell: Parameters<typeof liveActor>[0],
  typed: string,
  { format, of, actor }: Options,
): Promise<string> {
  const name = uniquePrefix('machine', typed, Object.keys(machines)) as keyof typeof machines
  if (actor !== undefined && of === undefined)
    throw new Refusal('chart.directive_missing', '--actor names an actor of a directive: say which one by --of')
  const { machine } = machines[name]
  const live = of === undefined ? null : await liveActor(shell, { directive: of, kind: name, address: actor })
  return drawn[format](toChart(machine), machine, live)
}
