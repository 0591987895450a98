import type { ChainDifference, CriterionVerdict } from '../machines/index.ts'
import { differenceLine, verdictLine } from './chain-lines.ts'
import { plain } from './terminal.ts'

/** What an approval carries for the person who decides; its keys depend on its type, and all of them may be missing. */
type Facts = {
  diffStat?: { files: number; insertions: number; deletions: number }
  summary?: string
  baseCommit?: string
  commit?: string
  verifiers?: { name: string; status: string; command?: string; exitCode?: number | null; outputTail?: string }[]
  criteria?: CriterionVerdict[]
  tamperedFiles?: string[]
  blocked?: { name: string; instructions?: string }[]
  planningModel?: string | null
  rationale?: string | null
  steps?: { name: string; type: string; description: string; dependsOn: string[]; executor?: string }[]
  difference?: ChainDifference | null
}

// Of a stack of failing tests the last lines tell most; all of it is in `--json`.
const tailLines = 20

const tail = (text: string): string[] => plain(text).trimEnd().split('\n').slice(-tailLines)

/** Lines that tell what the question is about: what failed and with which output, what changed, where to look. */
export function factLines(facts: Facts, repository?: { path?: string | undefined }): string[] {
  const { summary, diffStat, tamperedFiles = [], baseCommit, commit } = facts
  return [
    ...planLines(facts),
    ...(summary ? tail(summary) : []),
    ...(diffStat ? [changeLine(diffStat)] : []),
    ...(tamperedFiles.length > 0 ? [`touches what verifiers rely on: ${plain(tamperedFiles.join(', '))}`] : []),
    ...verifierLines(facts),
    ...(facts.criteria ?? []).map(verdictLine),
    ...(facts.blocked ?? []).flatMap(({ name, instructions }) => [
      `${plain(name)}:`,
      ...tail(instructions ?? '').map((line) => `  ${line}`),
    ]),
    ...(repository?.path && baseCommit && commit
      ? [`difference: git -C ${quoted(repository.path)} diff ${baseCommit.slice(0, 12)} ${commit.slice(0, 12)}`]
      : []),
  ]
}

const changeLine = ({ files, insertions, deletions }: NonNullable<Facts['diffStat']>): string =>
  `${files} ${files === 1 ? 'file' : 'files'} changed, +${insertions} -${deletions}`

function planLines({ planningModel, rationale, steps, difference }: Facts): string[] {
  const stepLine = ({ name, type, description, dependsOn, executor }: NonNullable<Facts['steps']>[number]) => {
    const after = dependsOn.length > 0 ? ` (after ${dependsOn.join(', ')})` : ''
    const by = executor === undefined ? '' : ` by ${executor}`
    return plain(`${name}  ${type}${by}${after}: ${description}`).split('\n')[0]!
  }
  return [
    ...(planningModel ? [`planned by ${plain(planningModel)}`] : []),
    ...(rationale ? tail(rationale) : []),
    ...(steps ?? []).map(stepLine),
    ...(difference ? [differenceLine(difference)] : []),
  ]
}

const verifierLines = ({ verifiers = [] }: Facts): string[] =>
  verifiers
    .filter(({ status }) => status !== 'passed')
    .flatMap(({ name, status, command, outputTail }) => [
      `${plain(name)} ${status}${command ? `: ${plain(command)}` : ''}`,
      ...tail(outputTail ?? '').map((line) => `  ${line}`),
    ])

/** A path as a shell takes it. */
export const quoted = (path: string): string =>
  /^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
