import type { Terminal } from './terminal.ts'

/** Something wrong in a file, where an editor can jump to it. Lines and columns count from 1. */
export type Mistake = {
  code: string
  file: string
  line: number
  column: number
  message: string
  suggestion?: string | undefined
  /** A warning does not keep the directive from running. */
  severity: 'error' | 'warning'
}

/** `file:line:column: message`, the suggestion on a line of its own. */
export function sayMistakes(mistakes: readonly Mistake[], terminal: Terminal): void {
  for (const mistake of mistakes) {
    terminal.data(mistake)
    const place = terminal.style('bold', `${mistake.file}:${mistake.line}:${mistake.column}:`)
    const color = mistake.severity === 'error' ? 'red' : 'yellow'
    const word = terminal.style(color, mistake.severity)
    terminal.say(`${place} ${word} ${mistake.message} ${terminal.style('dim', `[${mistake.code}]`)}`)
    if (mistake.suggestion) terminal.say(`    ${mistake.suggestion}`)
  }
}

export const byPlace = (a: Mistake, b: Mistake): number => a.line - b.line || a.column - b.column
export const isError = (mistake: Mistake): boolean => mistake.severity === 'error'
