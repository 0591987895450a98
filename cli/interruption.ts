import { exit } from './refusal.ts'

/** A person's Ctrl-C, and what else asks for an end. */
export type Interruption = {
  /** Aborted by the first; its reason is the signal's name, or EPIPE. */
  signal: AbortSignal
  /** A Ctrl-C that was read as a key: then the terminal sends no signal. */
  press(): void
  /** From now on a second Ctrl-C aborts this, and only the next one ends the process at once; until it is released. */
  claimSecond(): { signal: AbortSignal; release(): void }
}

// npm sends on what the terminal has sent already: within this time it is the same press.
const samePressMs = 400

/**
 * The first Ctrl-C asks for an orderly end, the second one ends at once; nothing is lost either way. A reader that goes
 * away (`adjutant events ID | head`) and a terminal that is closed ask for the same.
 */
export function watchInterruption(): Interruption {
  const first = new AbortController()
  let second: AbortController | undefined
  let pressedAt = -Infinity
  const press = () => {
    if (!first.signal.aborted) first.abort('SIGINT')
    else if (second && !second.signal.aborted) second.abort()
    else process.exit(exit.interrupted)
  }
  process.on('SIGINT', () => {
    const again = performance.now() - pressedAt < samePressMs
    pressedAt = performance.now()
    if (!again) press()
  })
  process.on('SIGTERM', () => (first.signal.aborted ? process.exit(exit.interrupted) : first.abort('SIGTERM')))
  process.on('SIGHUP', () => first.abort('SIGHUP'))
  for (const stream of [process.stdout, process.stderr]) {
    // Also EIO, of a terminal that is gone: nobody is left to be told.
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code !== 'EPIPE') first.abort('SIGHUP')
      else if (stream === process.stdout) first.abort('EPIPE')
    })
  }
  return {
    signal: first.signal,
    press,
    claimSecond: () => {
      const claimed = (second = new AbortController())
      return { signal: claimed.signal, release: () => void (second = undefined) }
    },
  }
}
