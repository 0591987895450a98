// Reads back what a Mermaid state diagram says, strictly: a line it does not know is an error.

export type Outline = { states: Map<string, { title: string; parent: string }>; arrows: [string, string, string][] }

/** Throws on unbalanced braces, unknown lines, states declared twice, and labels that Mermaid would cut short. */
export function readMermaid(text: string): Outline {
  const [head, ...lines] = text.trimEnd().split('\n')
  if (head !== 'stateDiagram-v2') throw new Error(`not a state diagram: ${head}`)
  const outline: Outline = { states: new Map(), arrows: [] }
  const open: string[] = []
  for (const line of lines.map((l) => l.trim())) {
    const [, title, id, box] = /^state "([^"]+)" as (\w+)( \{)?$/.exec(line) ?? []
    const [, from, to, label = ''] = /^(\w+|\[\*\]) --> (\w+|\[\*\])(?: : (.+))?$/.exec(line) ?? []
    const [, described, note = ''] = /^(\w+) : (.+)$/.exec(line) ?? []
    if (title && id) declare(outline, id, title, open.at(-1) ?? '')
    else if (from && to) outline.arrows.push([from, to, label])
    else if (line === '}' && open.length > 0) open.pop()
    else if (line !== '--' && !(described && outline.states.has(described))) throw new Error(`unknown line: ${line}`)
    if (box && id) open.push(id)
    if (/[:;]/.test(`${label}${note}`.replace(/#\d+;/g, ''))) throw new Error(`label is cut short: ${line}`)
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(', ')}`)
  return outline
}

function declare({ states }: Outline, id: string, title: string, parent: string) {
  if (states.has(id)) throw new Error(`declared twice: ${id}`)
  states.set(id, { title, parent })
}
