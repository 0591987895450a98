import { elapsed, fit, plain, type Terminal } from './terminal.ts'

export type StepLine = { name: string; status: string; detail?: string; depth: number }
export type Picture = { title: string; status: string; startedAt: number | undefined; steps: StepLine[] }

/** A block at the end of the output that is painted again in place; lines said meanwhile scroll above it. */
export type Progress = {
  /** Says a line above the block. */
  say(line: string): void
  show(picture: Picture): void
  /** Paints no more; the last picture stays. */
  end(): void
}

/** On anything but a terminal there is no block: lines only. */
export function openProgress(terminal: Terminal, now: () => number = Date.now): Progress {
  if (!terminal.live) return { say: terminal.say, show: () => undefined, end: () => undefined }
  let painted = 0
  let picture: Picture | undefined
  const erase = () => {
    if (painted > 0) terminal.raw(`\u001b[${painted}A\u001b[0J`)
    painted = 0
  }
  const paint = () => {
    if (!picture) return
    const lines = blockOf(picture, terminal, now())
    terminal.raw(lines.map((line) => `${line}\n`).join(''))
    painted = lines.length
  }
  // The clock in the block moves once a second even when nothing happens.
  const ticking = setInterval(() => {
    erase()
    paint()
  }, 1000)
  ticking.unref()
  return {
    say: (line) => {
      erase()
      terminal.say(line)
      paint()
    },
    show: (next) => {
      erase()
      picture = next
      paint()
    },
    end: () => clearInterval(ticking),
  }
}

const looks = {
  passed: ['✔', 'green'],
  skipped: ['-', 'dim'],
  running: ['▶', 'cyan'],
  evaluating: ['⚖', 'cyan'],
  rework: ['↻', 'yellow'],
  blocked: ['■', 'red'],
  ready: ['○', 'dim'],
  pending: ['○', 'dim'],
} as const

/** The directive on one line, its steps below; long chains are cut to what fits on the screen. */
export function blockOf(picture: Picture, terminal: Terminal, now: number): string[] {
  const done = picture.steps.filter(({ status }) => status === 'passed' || status === 'skipped').length
  const time = picture.startedAt === undefined ? '' : ` ${elapsed(now - picture.startedAt)}`
  const head = `${plain(picture.title)}  ${picture.status}  ${done}/${picture.steps.length} steps ${time}`
  const room = Math.max(1, terminal.rows - 4)
  const shown = picture.steps.length <= room ? picture.steps : mostTelling(picture.steps, room - 1)
  const hidden = picture.steps.length - shown.length
  const rest = hidden > 0 ? [terminal.style('dim', `  … and ${hidden} more`)] : []
  return [
    terminal.style('bold', fit(head, terminal.columns - 1)),
    ...shown.map((step) => lineOf(step, terminal)),
    ...rest,
  ]
}

function lineOf(step: StepLine, terminal: Terminal): string {
  const [sign, color] = looks[step.status as keyof typeof looks] ?? ['·', 'dim']
  const text = fit(plain(`${step.name}  ${step.detail ?? step.status}`), terminal.columns - 6 - 2 * step.depth)
  return `  ${'  '.repeat(step.depth)}${terminal.style(color, sign)} ${text}`
}

/** Those that move or are stuck first, in the order of the chain. */
function mostTelling(steps: StepLine[], room: number): StepLine[] {
  const quiet = new Set(['passed', 'skipped', 'pending'])
  const chosen = new Set(
    [...steps].sort((a, b) => Number(quiet.has(a.status)) - Number(quiet.has(b.status))).slice(0, room),
  )
  return steps.filter((step) => chosen.has(step))
}
