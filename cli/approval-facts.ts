import { plain } from './terminal.ts'

/** What an approval carries for the person who decides; its keys depend on its type, and all of them may be missing. */
type Facts = {
  diffStat?: string
  summary?: string
  baseCommit?: string
  commit?: string
  verifiers?: { name: string; status: string; command?: string; exitCode?: number | null; outputTail?: string }[]
  blocked?: { name: string; instructions?: string }[]
}

// Of a stack of failing tests the last lines tell most; all of it is in `--json`.
const tailLines = 20

const tail = (text: string): string[] => plain(text).trimEnd().split('\n').slice(-tailLines)

/** Lines that tell what the question is about: what failed and with which output, what changed, where to look. */
export function factLines(facts: Facts, repository?: { path?: string | undefined }): string[] {
  const { summary, diffStat, baseCommit, commit } = facts
  const failing = (facts.verifiers ?? []).filter(({ status }) => status !== 'passed')
  return [
    ...(summary ? tail(summary) : []),
    ...(diffStat ? tail(diffStat) : []),
    ...failing.flatMap(({ name, status, command, outputTail }) => [
      `${plain(name)} ${status}${command ? `: ${plain(command)}` : ''}`,
      ...tail(outputTail ?? '').map((line) => `  ${line}`),
    ]),
    ...(facts.blocked ?? []).flatMap(({ name, instructions }) => [
      `${plain(name)}:`,
      ...tail(instructions ?? '').map((line) => `  ${line}`),
    ]),
    ...(repository?.path && baseCommit && commit
      ? [`difference: git -C ${quoted(repository.path)} diff ${baseCommit.slice(0, 12)} ${commit.slice(0, 12)}`]
      : []),
  ]
}

/** A path as a shell takes it. */
export const quoted = (path: string): string =>
  /^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
