type Point = { x: number; y: number }

const radius = 8

/** A line along these points, its corners rounded, as the `d` of an SVG path. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points as [Point, ...Point[]]
  const parts = [`M${at(first)}`]
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1]!, points[i]!, points[i + 1]!]
    const r = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2)
    parts.push(`L${at(towards(corner, before, r))} Q${at(corner)} ${at(towards(corner, after, r))}`)
  }
  return [...parts, ...(rest.length > 0 ? [`L${at(rest.at(-1)!)}`] : [])].join(' ')
}

const distance = (a: Point, b: Point) => Math.hypot(b.x - a.x, b.y - a.y)

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1
  return { x: from.x + ((to.x - from.x) / whole) * length, y: from.y + ((to.y - from.y) / whole) * length }
}

const at = ({ x, y }: Point) => `${round(x)},${round(y)}`
export const round = (n: number): number => Math.round(n * 10) / 10
