import type { Aftermath } from './storm.ts'

const counted = (names: string[]): [string, number][] =>
  [...Map.groupBy(names, (name) => name)]
    .map(([name, all]): [string, number] => [name, all.length])
    .sort((a, b) => b[1] - a[1])

/** The figures of a storm, as lines for people. */
export function figuresOf({ evidence: { lines, systems, tables } }: Aftermath): string[] {
  const outcomes = lines.flatMap((line) => (line.type === 'ended' ? [line.outcome] : []))
  const begun = lines.filter(({ type }) => type === 'begun').length
  const as = (kind: string) => outcomes.filter((outcome) => outcome.as === kind).length
  const duplicates = outcomes.filter((outcome) => outcome.as === 'acknowledged' && outcome.duplicate).length
  const codes = counted(outcomes.flatMap((outcome) => (outcome.as === 'refused' ? [outcome.code] : [])))
  const entries = systems.reduce((sum, { history }) => sum + history.length, 0)
  const attempts = lines.filter(({ type }) => type === 'attempt').length
  const faults = counted(lines.flatMap((line) => (line.type === 'fault' ? [line.kind] : [])))
  return [
    `operations   ${begun}: ${as('acknowledged')} acknowledged (${duplicates} of them as duplicates), ${as('refused')} refused, ${begun - as('acknowledged') - as('refused')} unknown`,
    `refused as   ${codes.map(([code, n]) => `${code} ${n}`).join(', ') || 'nothing'}`,
    `transitions  ${entries} of ${systems.length} systems; ${attempts} attempts of activities; ${tables?.deadLetters.length ?? 0} dead letters`,
    `faults       ${faults.reduce((sum, [, n]) => sum + n, 0)}: ${faults.map(([name, n]) => `${name} ${n}`).join(', ')}`,
  ]
}
