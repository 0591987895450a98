import { emitKeypressEvents, type Key as Pressed } from 'node:readline'
import { inForeground } from './foreground.ts'

/** `text` is what it types, if anything; `name` tells the others: return, escape, backspace, u with `ctrl`. */
export type Key = { name: string; text: string; ctrl: boolean }

export type Listeners = {
  press(key: Key): void
  /** Ctrl-C. */
  interrupt(): void
  /** The terminal is somebody else's from now on: stopped with Ctrl-Z. */
  away(): void
  /** It is ours again. */
  back(): void
}

/**
 * Takes the keys of a terminal one by one, and keeps them from being echoed into what is painted. Undefined where there
 * are none to take: no terminal, or a process in the background.
 */
export function openKeyboard(input: NodeJS.ReadStream, listeners: Listeners): { close(): void } | undefined {
  if (!input.isTTY || !inForeground()) return undefined
  emitKeypressEvents(input)
  const take = () => {
    input.setRawMode(true)
    input.resume()
  }
  const give = () => {
    input.setRawMode(false)
    input.pause()
  }
  const stop = () => {
    give()
    listeners.away()
    // The whole job, as the terminal itself would have done.
    process.kill(0, 'SIGTSTP')
  }
  const pressed = (text: string | undefined, { name = '', ctrl = false, meta = false }: Pressed) => {
    if (ctrl && name === 'c') listeners.interrupt()
    else if (ctrl && name === 'z' && process.platform !== 'win32') stop()
    else if (!meta || name === 'escape') listeners.press({ name, text: typedOf(text, ctrl), ctrl })
  }
  const continued = () => {
    // Continued with `bg` it goes on without its terminal, until `fg`.
    if (!inForeground()) return listeners.away()
    take()
    listeners.back()
  }
  const gone = () => undefined // its hangup comes as a signal
  input.on('keypress', pressed).on('error', gone)
  process.on('SIGCONT', continued)
  take()
  return {
    close: () => {
      input.off('keypress', pressed).off('error', gone)
      process.off('SIGCONT', continued)
      if (inForeground()) give()
      else input.pause()
    },
  }
}

/** Nothing for keys that only do something: arrows come as sequences. */
const typedOf = (text: string | undefined, ctrl: boolean): string =>
  text === undefined || ctrl || /[\u0000-\u001f\u007f-\u009f]/.test(text) ? '' : text
