import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml'

export type Path = readonly (string | number)[]
export type Place = { line: number; column: number }

/** A parsed YAML (or JSON) text that still knows where each value stands. */
export type Source = {
  value: unknown
  /** What the parser itself refuses: bad indentation, a key given twice. */
  syntax: (Place & { message: string })[]
  /** Where the value at a path stands; where its nearest existing ancestor does if there is none. */
  placeOf(path: Path): Place
  /** Where the key of an entry stands. */
  placeOfKey(path: Path): Place
}

export function readSource(text: string): Source {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const syntax = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ ...at(pos[0]), message }))
  return {
    value: syntax.length === 0 ? valueOf(document, syntax) : undefined,
    syntax,
    placeOf: (path) => at(find(document, path, 'value')),
    placeOfKey: (path) => at(find(document, path, 'key')),
  }
}

/** Aliases are resolved here; too many of them (the "billion laughs") are refused by the parser. */
function valueOf(document: Document, syntax: Source['syntax']): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    syntax.push({ line: 1, column: 1, message: (error as Error).message })
    return undefined
  }
}

/** Offset of the node at a path, descending as far as the document goes. */
function find(document: Document, path: Path, what: 'key' | 'value'): number {
  let node: unknown = document.contents
  let offset = offsetOf(node) ?? 0
  for (const [index, segment] of path.entries()) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment))
      : null
    const next = isSeq(node) ? node.items[Number(segment)] : pair?.value
    const isLast = index === path.length - 1
    const found = (isLast && what === 'key' ? offsetOf(pair?.key) : undefined) ?? offsetOf(next) ?? offsetOf(pair?.key)
    if (found === undefined) return offset
    offset = found
    node = next
  }
  return offset
}

function offsetOf(node: unknown): number | undefined {
  const found = isPair(node) ? (node.key as Node) : node
  return isNode(found) ? found.range?.[0] : undefined
}
