/**
 * A terminal's screen, as far as our own output goes: text, line ends, cursor up, erasing, wrapping switched on and off.
 * Anything else throws, for nothing else may be sent. What scrolls off the top is kept.
 */
export class Screen {
  #rows: number
  #columns: number
  #lines: string[][] = [[]]
  /** Index of the screen's first line. */
  #top = 0
  #at = { row: 0, column: 0 }
  #wraps = true
  #rest = ''

  constructor(rows: number, columns: number) {
    this.#rows = rows
    this.#columns = columns
  }

  /** As a terminal does that folds lines anew when it becomes narrower; ours never become longer again. */
  resize(rows: number, columns: number): void {
    if (columns < this.#columns) {
      const before = this.#lines.slice(0, this.#at.row)
      const folded = before.flatMap((line) =>
        line.length <= columns
          ? [line]
          : Array.from({ length: Math.ceil(line.length / columns) }, (_, n) =>
              line.slice(n * columns, (n + 1) * columns),
            ),
      )
      this.#lines = [...folded, ...this.#lines.slice(this.#at.row)]
      this.#at.row = folded.length
    }
    this.#rows = rows
    this.#columns = columns
    this.#top = Math.max(0, this.#at.row - rows + 1)
  }

  write(text: string): void {
    const pattern = /\u001b\[(\??)(\d*)([A-Za-z])|\u001b\[[\d;]*m|\r|\n|[^\u001b\r\n]/gu
    const all = this.#rest + text
    // A sequence may be cut between two reads.
    const cut = /\u001b(\[\??[\d;]*)?$/.exec(all)
    this.#rest = cut ? cut[0] : ''
    const whole = cut ? all.slice(0, cut.index) : all
    let end = 0
    for (const match of whole.matchAll(pattern)) {
      if (match.index !== end)
        throw new Error(`unknown to the screen: ${JSON.stringify(whole.slice(end, match.index))}`)
      end = match.index + match[0].length
      this.#take(match[0], match[1] ?? '', match[2] ?? '', match[3])
    }
    if (end !== whole.length) throw new Error(`unknown to the screen: ${JSON.stringify(whole.slice(end))}`)
  }

  /** Every line there ever was, those scrolled off first; blanks at ends removed. */
  lines(): string[] {
    return this.#lines.map((line) => line.join('').trimEnd())
  }

  /** What is seen now. */
  shown(): string[] {
    return this.lines().slice(this.#top)
  }

  #take(all: string, mode: string, number: string, command: string | undefined): void {
    if (all === '\r') this.#at.column = 0
    else if (all === '\n') this.#down()
    else if (command === 'm' || (!command && all.endsWith('m') && all.length > 1)) return
    else if (command === undefined) this.#put(all)
    else if (mode === '?') this.#mode(number, command)
    else if (command === 'A') this.#at.row = Math.max(this.#top, this.#at.row - Number(number || 1))
    else if (command === 'K') this.#line().length = Math.min(this.#line().length, this.#at.column)
    else if (command === 'J' && number === '0') {
      this.#line().length = Math.min(this.#line().length, this.#at.column)
      this.#lines.length = this.#at.row + 1
    } else throw new Error(`unknown to the screen: ${JSON.stringify(all)}`)
  }

  #mode(number: string, command: string): void {
    if (number === '7') this.#wraps = command === 'h'
    else if (number !== '2026') throw new Error(`unknown mode ${number}`)
  }

  #put(character: string): void {
    if (this.#at.column >= this.#columns) {
      if (!this.#wraps) this.#at.column = this.#columns - 1
      else {
        this.#at.column = 0
        this.#down()
      }
    }
    const line = this.#line()
    while (line.length < this.#at.column) line.push(' ')
    line[this.#at.column++] = character
  }

  // The terminal's driver makes CR LF of it; ours alone would not move to the first column.
  #down(): void {
    this.#at.row++
    this.#line()
    this.#top = Math.max(this.#top, this.#at.row - this.#rows + 1)
  }

  #line(): string[] {
    while (this.#lines.length <= this.#at.row) this.#lines.push([])
    return this.#lines[this.#at.row]!
  }
}
