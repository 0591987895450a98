import { elapsed, plain, type Terminal } from './terminal.ts'
import { fit, fitEnd, width } from './width.ts'

export type StepLine = {
  name: string
  state: string
  /** What is to be said besides the state: who is at it, how far, what it waits for. */
  details: string[]
  depth: number
  /** Waits for a person. */
  waiting: boolean
  /** When it was begun, and how long it took; milliseconds. */
  since?: number | undefined
  took?: number | undefined
}

/** A directive at one moment. */
export type Picture = {
  title: string
  state: string
  /** What may be spent: money, time. */
  budget: string[]
  startedAt: number | undefined
  endedAt: number | undefined
  steps: StepLine[]
  /** What waits for whom, beside what stands with a step. */
  notes: string[]
}

type Line = { plain: string; styled: string }
type Style = Parameters<Terminal['style']>[0]
type Frame = { terminal: Pick<Terminal, 'columns' | 'rows' | 'style'>; now: number; asked?: readonly string[] }

const looks: Record<string, readonly [string, Style]> = {
  passed: ['✔', 'green'],
  skipped: ['-', 'dim'],
  running: ['▶', 'cyan'],
  evaluating: ['⚖', 'cyan'],
  rework: ['↻', 'yellow'],
  blocked: ['■', 'red'],
  ready: ['○', 'dim'],
  pending: ['○', 'dim'],
}
const quiet = new Set(['passed', 'skipped', 'pending'])

/** The directive on one line, its steps below, then what is asked; cut to what fits on the screen, in both directions. */
export function blockOf(picture: Picture, { terminal, now, asked = [] }: Frame): Line[] {
  // A character in the last column leaves some terminals undecided where the cursor is.
  const columns = Math.max(1, terminal.columns - 1)
  const line = (text: string, style?: Style): Line => {
    const cut = fit(text, columns)
    return { plain: cut, styled: style ? terminal.style(style, cut) : cut }
  }
  // One row for the cursor, one for what was there before; what is asked goes before everything else.
  const room = Math.max(1, terminal.rows - 2)
  const questions = asked.slice(-room).map((text, n, { length }) => {
    const cut = n === length - 1 ? fitEnd(text, columns) : fit(text, columns)
    return { plain: cut, styled: terminal.style('yellow', cut) }
  })
  const head = line(headOf(picture, now), 'bold')
  const notes = picture.notes.map((note) => line(`  ${note}`, 'yellow'))
  const upper = [head, ...stepLines(picture.steps, room - 1 - notes.length - questions.length), ...notes]
  return [...upper.slice(0, room - questions.length), ...questions]

  function stepLines(steps: StepLine[], rows: number): Line[] {
    if (steps.length <= rows) return steps.map(lineOfStep)
    const shown = mostTelling(steps, rows - 1)
    return [...shown.map(lineOfStep), line(`  … and ${steps.length - shown.length} more`, 'dim')]
  }

  function lineOfStep(step: StepLine): Line {
    const [sign, style] = step.waiting ? (['?', 'yellow'] as const) : (looks[step.state] ?? ['·', 'dim'])
    const indent = ' '.repeat(2 + 2 * Math.min(step.depth, 6))
    const time = step.took ?? (step.since === undefined ? undefined : now - step.since)
    const words = [step.name, step.state, ...step.details, ...(time === undefined ? [] : [elapsed(time)])]
    const text = fit(oneLine(words.join('  ')), columns - width(`${indent}${sign} `))
    return { plain: `${indent}${sign} ${text}`, styled: `${indent}${terminal.style(style, sign)} ${text}` }
  }
}

function headOf({ title, state, steps, budget, startedAt, endedAt }: Picture, now: number): string {
  const done = steps.filter((step) => step.state === 'passed' || step.state === 'skipped').length
  const count = steps.length > 0 ? [`${done}/${steps.length} steps`] : []
  const time = startedAt === undefined ? [] : [elapsed((endedAt ?? now) - startedAt)]
  return oneLine([title, state, ...count, ...time, ...budget].join('  '))
}

const oneLine = (text: string): string => plain(text).replaceAll(/[\t\r\n]+/g, ' ')

/** Those that move or are stuck first, in the order of the chain. */
function mostTelling(steps: StepLine[], room: number): StepLine[] {
  const chosen = new Set(
    [...steps].sort((a, b) => Number(quiet.has(a.state)) - Number(quiet.has(b.state))).slice(0, Math.max(0, room)),
  )
  return steps.filter((step) => chosen.has(step))
}
