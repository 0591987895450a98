import type { Figure } from '../figures.ts'
import { barChart, lineChart, type Bar } from './chart.ts'
import { best, type Results } from './results.ts'
import { OURS } from './table.ts'

/** File name -> SVG; only of what was measured. */
export function plotsOf(results: Results): Record<string, string> {
  const figures = results.workloads.flatMap((workload) => workload.figures)
  const plots: Record<string, string | undefined> = {
    'compared.svg': comparedPlot(results),
    'single-send.svg': bars(figures, 'One at a time, in ms', /^a (single send|bare commit)/),
    'processes.svg': line(figures, 'two over one', 'Durable transitions per second', 'processes'),
    'journal.svg': line(
      figures,
      'one system with a queue',
      'Events per second of one system',
      'entries in its journal',
    ),
    'stored.svg': line(figures, /^rate with /, 'Durable transitions per second', 'stored systems', true),
    'idle.svg': bars(figures, 'Memory of a process over idle systems, in MB', /idle systems: memory/),
    'chains.svg': bars(figures, 'Chains of steps that do nothing, in s', /no-op steps, line$/),
  }
  return Object.fromEntries(Object.entries(plots).filter(([, svg]) => svg !== undefined)) as Record<string, string>
}

function comparedPlot({ compared }: Results): string | undefined {
  const measured = compared.flatMap((each): Bar[] => {
    const top = best(each)
    return top ? [{ label: each.name, value: top.perSecond, ours: each.name === OURS }] : []
  })
  if (!measured.length) return undefined
  return barChart(
    'Units per second, each at its best concurrency',
    measured.toSorted((a, b) => b.value - a.value),
  )
}

function bars(figures: Figure[], title: string, names: RegExp): string | undefined {
  const shown = figures.filter(({ name }) => names.test(name))
  if (!shown.length) return undefined
  const bar = ({ name, value }: Figure): Bar => ({ label: name, value, ours: !name.includes('bare') })
  return barChart(title, shown.map(bar))
}

function line(figures: Figure[], of: string | RegExp, title: string, x: string, logarithmic = false) {
  const figure = figures.find(({ name }) => (typeof of === 'string' ? name === of : of.test(name)))
  if (!figure?.points?.length) return undefined
  const aim = figure.unit === 'per second' && figure.aim && 'least' in figure.aim ? figure.aim.least : undefined
  return lineChart({ title, x, y: 'per second', points: figure.points, aim, logarithmic })
}
