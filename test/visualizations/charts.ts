// The committed pictures of our machines: docs/charts/, and the one in the README.
import type { AnyStateMachine } from 'xstate'
import { machines } from '../../machines/index.ts'
import { toChart, toMermaid, toOutline, toStately } from '../../visualizations/index.ts'

export const charted: [name: string, machine: AnyStateMachine][] = Object.entries(machines).map(([name, entry]) => [
  name,
  entry.machine,
])

/** What lies in docs/charts, by path. */
export const chartFiles = (): [path: string, text: string][] =>
  charted.flatMap(([name, machine]) => [
    [`docs/charts/${name}.stately.js`, toStately(machine)],
    [`docs/charts/${name}.mmd`, toMermaid(toChart(machine))],
  ])

const picture = /(<!-- chart: (\w+) -->\n```mermaid\n)[^`]*(```)/g

/** The text with every picture between a `chart` comment and the end of its block drawn anew. */
export const withPictures = (text: string): string =>
  text.replace(picture, (_whole, before: string, name: string, after: string) => {
    const machine = charted.find(([charted]) => charted === name)?.[1]
    if (!machine) throw new Error(`no machine is called ${name}`)
    return before + toMermaid(toOutline(toChart(machine))) + after
  })
