import { isReached, rounded, type Figure } from '../figures.ts'
import { best, type Compared, type Results, type WorkloadResult } from './results.ts'

/** The contestant that the others are compared with. */
export const OURS = 'Adjutant'

const grouped = (value: number): string => rounded(value).toLocaleString('en', { maximumFractionDigits: 2 })
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
const row = (cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`

const aimOf = (figure: Figure): string => {
  const { aim } = figure
  if (!aim) return ''
  const words = 'least' in aim ? `at least ${grouped(aim.least)}` : `at most ${grouped(aim.most)}`
  return isReached(figure) ? words : `${words}: **missed**`
}

/** All results as Markdown. */
export const resultsTable = ({ at, machine, options, compared, workloads }: Results): string =>
  [
    '# Measured',
    `${at.slice(0, 10)}, one run${options.quick ? ' of the short kind, good for nothing but to see that it runs' : ''}; ${Object.entries(
      machine,
    )
      .map(([name, value]) => `${name} ${value}`)
      .join(
        ', ',
      )}. Written by \`npm run bench\`; what is compared, and how fairly, [ADR 22](../../docs/adr/0022-whom-the-bench-compares.md) says.`,
    ...(compared.length ? ['## Compared', comparison(compared)] : []),
    ...workloads.flatMap((workload) => [`## ${workload.name}`, `${capital(workload.what)}.`, figuresOf(workload)]),
  ].join('\n\n') + '\n'

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

function comparison(compared: Compared[]): string {
  const ours = compared.find(({ name }) => name === OURS)
  const our = ours && best(ours)?.perSecond
  const rows = compared.map((each) => {
    const top = best(each)
    if (!top)
      return row([each.name, each.version, each.unit, `failed: ${each.failed ?? 'nothing was measured'}`, '', ''])
    const ratio = our ? timesOf(our / top.perSecond, each.times) : ''
    return row([each.name, each.version, each.unit, grouped(top.perSecond), triesOf(each, top.concurrency), ratio])
  })
  const heads = ['who', 'version', 'what is counted', 'per second', 'at a time (others tried)', `${OURS} does, times`]
  return [row(heads), '|---|---|---|---:|---|---:|', ...rows].join('\n')
}

function timesOf(times: number, aim: number | undefined): string {
  const aimed = aim === undefined ? '' : ` (aim: ${aim}${times < aim ? ', **missed**' : ''})`
  return `${rounded(times)}${aimed}`
}

function triesOf({ tries }: Compared, chosen: number): string {
  const others = tries.filter(({ concurrency }) => concurrency !== chosen)
  const words = others.map(({ concurrency, perSecond }) => `${concurrency}: ${grouped(perSecond)}`).join(', ')
  return `${chosen}${words && ` (${words})`}`
}

function figuresOf({ figures, failed }: WorkloadResult): string {
  if (failed) return `Failed: ${failed}`
  const rows = figures.map((figure) => row([figure.name, grouped(figure.value), figure.unit, aimOf(figure)]))
  return ['| figure | | | aim |', '|---|---:|---|---|', ...rows].join('\n')
}
