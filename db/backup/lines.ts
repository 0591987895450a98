const newline = 0x0a

/** The lines of a stream of bytes, each with its end; what comes after the last one is a line, too. */
export async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let begun: Buffer[] = []
  for await (const chunk of stream) {
    let from = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      const rest = chunk.subarray(from, end + 1)
      from = end + 1
      if (begun.length === 0) yield rest
      else {
        const line = Buffer.concat([...begun, rest])
        begun = []
        yield line
      }
    }
    if (from < chunk.length) begun.push(chunk.subarray(from))
  }
  if (begun.length > 0) yield Buffer.concat(begun)
}
