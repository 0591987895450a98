// Small charts as SVG, readable on light and on dark ground: colours come from the reader's preference.
const style = `<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 14px }
  .faint { fill: #57606a; font-size: 11px }
  .bar { fill: #8c959f } .ours { fill: #0969da } .line { fill: none; stroke: #0969da; stroke-width: 2 } .dot { fill: #0969da }
  .axis { stroke: #8c959f; stroke-width: 1 } .grid { stroke: #8c959f; stroke-opacity: .25 } .aim { stroke: #cf222e; stroke-dasharray: 4 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .faint { fill: #9198a1 } .bar { fill: #656c76 } .ours, .dot { fill: #4493f8 } .line { stroke: #4493f8 } .aim { stroke: #f85149 }
  }
</style>`

export type Bar = { label: string; value: number; ours?: boolean; note?: string }
export type Line = {
  title: string
  x: string
  y: string
  points: [number, number][]
  aim?: number
  logarithmic?: boolean
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

const words = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })

const svg = (title: string, width: number, height: number, inside: string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escaped(title)}">`,
    style,
    `<text class="title" x="12" y="22">${escaped(title)}</text>`,
    ...inside,
    '</svg>\n',
  ].join('\n')

/** Bars that lie, longest value full width, each with its value at its end. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const [left, full, step] = [300, 330, 26]
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const inside = bars.map(({ label, value, ours, note }, i) => {
    const y = 40 + i * step
    const width = Math.max(1, (value / most) * full)
    return [
      `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${ours ? 'ours' : 'bar'}" x="${left}" y="${y}" width="${width.toFixed(1)}" height="18" rx="2"/>`,
      `<text class="faint" x="${(left + width + 6).toFixed(1)}" y="${y + 13}">${escaped(note ?? words(value))}</text>`,
    ].join('\n')
  })
  return svg(title, 740, 52 + bars.length * step, inside)
}

/** The next of 1, 2, 5, 10, 20, … that is not less. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 5, 10].find((each) => each * power >= value) as number) * power
}

/** One line from zero up; its horizontal axis may be logarithmic. */
export function lineChart({ title, x, y, points, aim, logarithmic = false }: Line): string {
  const [left, top, width, height] = [76, 60, 560, 220]
  const across = (value: number) => (logarithmic ? Math.log10(value) : value)
  const [from, to] = [across(points[0]?.[0] ?? 0), across(points.at(-1)?.[0] ?? 1)]
  const most = roundUp(Math.max(...points.map(([, value]) => value), aim ?? 0, Number.MIN_VALUE))
  const place = ([a, b]: [number, number]) => [
    left + (width * (across(a) - from)) / (to - from || 1),
    top + height - (height * b) / most,
  ]
  const at = (n: number) => n.toFixed(1)
  const placed = points.map((point) => place(point) as [number, number])
  const levels = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const level = top + height * (1 - share)
    const mark = `<text class="faint" x="${left - 8}" y="${level + 4}" text-anchor="end">${words(most * share)}</text>`
    return `<line class="${share ? 'grid' : 'axis'}" x1="${left}" x2="${left + width}" y1="${level}" y2="${level}"/>${mark}`
  })
  const limit = aim === undefined ? [] : [place([points[0]?.[0] ?? 0, aim])[1] as number]
  return svg(title, 680, 336, [
    ...levels,
    ...limit.map(
      (level) => `<line class="aim" x1="${left}" x2="${left + width}" y1="${at(level)}" y2="${at(level)}"/>`,
    ),
    `<polyline class="line" points="${placed.map(([px, py]) => `${at(px)},${at(py)}`).join(' ')}"/>`,
    ...placed.map(([px, py]) => `<circle class="dot" cx="${at(px)}" cy="${at(py)}" r="3"/>`),
    ...placed.map(
      ([px], i) =>
        `<text class="faint" x="${at(px)}" y="${top + height + 18}" text-anchor="middle">${words(points[i]?.[0] ?? 0)}</text>`,
    ),
    `<text class="faint" x="${left + width / 2}" y="${top + height + 40}" text-anchor="middle">${escaped(x)}</text>`,
    `<text class="faint" x="12" y="${top - 18}">${escaped(y)}${aim === undefined ? '' : `, dashed: the aim`}</text>`,
  ])
}
