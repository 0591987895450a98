import { blockOf, type Picture } from './picture.ts'
import type { Terminal } from './terminal.ts'
import { width } from './width.ts'

/** A block at the end of the output that is painted again in place; whatever is said meanwhile scrolls above it. */
export type Progress = {
  show(picture: Picture): void
  /** Lines below the picture: what a person is asked, and what they have typed so far. */
  ask(lines: readonly string[]): void
  /** Paints nothing until it goes on: the terminal is somebody else's. */
  pause(): void
  goOn(): void
  /** Paints no more; the last picture stays. */
  end(): void
}

const nothing: Progress = { show: noop, ask: noop, pause: noop, goOn: noop, end: noop }
function noop() {}

// Fast enough for the eye. Output in floods is written without the block between its lines.
const paintEveryMs = 50

/** On anything but a terminal there is no block. */
export function openProgress(terminal: Terminal, now: () => number = Date.now): Progress {
  if (!terminal.live) return nothing
  const block = openBlock(terminal)
  let seen: { picture?: Picture; asked: readonly string[]; paused: boolean } = { asked: [], paused: false }
  const brush = evenly(() => {
    const { picture, asked, paused } = seen
    if (picture && !paused) block.paint(blockOf(picture, { terminal, now: now(), asked }))
  }, now)
  const change = (changes: Partial<typeof seen>) => {
    seen = { ...seen, ...changes }
    brush.touch()
  }
  const letGo = keep(terminal, block, brush)
  return {
    show: (picture) => change({ picture }),
    ask: (asked) => change({ asked }),
    pause: () => {
      change({ paused: true })
      block.leave()
    },
    goOn: () => change({ paused: false }),
    end: () => {
      if (!letGo()) return
      seen = { ...seen, asked: [] }
      brush.finish()
    },
  }
}

type Block = ReturnType<typeof openBlock>
type Brush = ReturnType<typeof evenly>

/** Has the block give way to what is said, and follow the terminal's size; until it is undone, which is true once. */
function keep(terminal: Terminal, block: Block, brush: Brush): () => boolean {
  const release = terminal.hold((write) => {
    block.erase()
    write()
    brush.touch()
  })
  const unresize = terminal.onResize(brush.touch)
  // The clocks in the block move once a second even when nothing happens.
  const ticking = setInterval(brush.touch, 1000)
  ticking.unref()
  let kept = true
  return () => {
    const first = kept
    kept = false
    clearInterval(ticking)
    unresize()
    release()
    return first
  }
}

/** Calls at once, or as soon as the last call is long enough ago. */
function evenly(act: () => void, now: () => number) {
  let last = -Infinity
  let timer: NodeJS.Timeout | undefined
  const run = () => {
    timer = undefined
    last = now()
    act()
  }
  return {
    touch: () => {
      const wait = last + paintEveryMs - now()
      if (wait <= 0) run()
      else timer ??= setTimeout(run, wait).unref()
    },
    /** Once more, and never again. */
    finish: () => {
      clearTimeout(timer)
      act()
    },
  }
}

const [wrapOff, wrapOn] = ['\u001b[?7l', '\u001b[?7h']
// Terminals that know it show the frame as a whole; the others ignore it.
const [begin, end] = ['\u001b[?2026h', '\u001b[?2026l']
const clearToEndOfLine = '\u001b[K'

/** The lines at the cursor, which always stands at the beginning of the line below them. */
function openBlock(terminal: Terminal) {
  // The widths of the lines that are there.
  let painted: number[] = []
  const up = () => {
    // A terminal that has become narrower may have folded them.
    const rows = painted.reduce((sum, columns) => sum + Math.max(1, Math.ceil(columns / terminal.columns)), 0)
    painted = []
    return rows > 0 ? `\u001b[${rows}A\r` : ''
  }
  return {
    erase: () => {
      if (painted.length > 0) terminal.raw(`${up()}\u001b[0J`)
    },
    leave: () => {
      painted = []
    },
    paint: (lines: readonly { plain: string; styled: string }[]) => {
      const text = lines.map(({ styled }) => `${styled}${clearToEndOfLine}\n`).join('')
      terminal.raw(`${begin}${up()}${wrapOff}${text}${wrapOn}\u001b[0J${end}`)
      painted = lines.map((line) => width(line.plain))
    },
  }
}
