// What docs/model-coverage.md says: which states and transitions the paths go through.
import { subjects } from './machines.ts'

const row = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`

const rows = () =>
  subjects.map(({ name, paths, coverage: { states, transitions } }) => {
    const events = paths.reduce((sum, { legs }) => sum + legs.length, 0)
    const open = transitions.total - transitions.unreachable
    return row([name, `${states.reached}/${states.total}`, `${transitions.taken}/${open}`, paths.length, events])
  })

export const coverageText = (): string =>
  `# What model-based tests cover

Written by \`npm run model-coverage\`, checked by \`test/model-based\`. For each machine of the domain: states that something
entered, transitions that were taken (each branch of a guarded one counts by itself; eventless ones, ends of children
and delays included) of those that can be, and the paths that do so, with the events in them. The same paths drive the
machine alone, the durable runtime with a reload after every event, and the HTTP API of a running server; state,
context, tags and what children were told agree after every event.

| machine | states | transitions | paths | events |
|---|---|---|---|---|
${rows().join('\n')}
`
