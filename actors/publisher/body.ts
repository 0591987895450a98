import type { PublisherInput } from '../../machines/index.ts'

/** GitHub takes 65,536 characters. */
const longest = 60_000
const mostRows = 200

/**
 * Text by models, repositories and commands, as text: no markup, no mention of people, no reference that would close an
 * issue, no address that becomes a link.
 */
const literal = (text: string, length = 300): string =>
  (text.length > length ? `${text.slice(0, length)}…` : text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~$]/g, '\\$&')
    .replaceAll(/@(?=\w)/g, '@\u200b')
    .replaceAll(/\\#(?=\d)/g, '\\#\u200b')
    .replaceAll(/\b(gh)-(?=\d)/gi, '$1\u200b-')
    .replaceAll('://', ':\u200b//')
    .replaceAll(/\bwww\./gi, (start) => `${start.slice(0, 3)}\u200b.`)
    .trim()

const table = (title: string, head: readonly string[], rows: readonly string[][]): string[] => {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const omitted = rows.length > mostRows ? [`\n${rows.length - mostRows} more are not shown.`] : []
  return [
    '',
    `### ${title}`,
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.slice(0, mostRows).map(line),
    ...omitted,
  ]
}

const signs: Record<string, string> = { met: '✅', unmet: '❌', unverifiable: '❔', passed: '✅', failed: '❌' }
const signed = (word: string) => `${signs[word] ?? '❔'} ${literal(word)}`

const placesOf = (citations: PublisherInput['evaluation']['criteria'][number]['citations']): string =>
  citations
    .slice(0, 5)
    .map(({ file, firstLine, lastLine }) => literal(firstLine === 0 ? file : `${file}:${firstLine}-${lastLine}`))
    .join(', ')

type Told = PublisherInput['evaluation']

const criteriaOf = ({ criteria }: Told): string[] =>
  table(
    'Acceptance criteria',
    ['', 'criterion', 'why', 'where'],
    criteria.map(({ id, text, verdict, why, citations }) => [
      signed(verdict),
      `${literal(id)}: ${literal(text)}`,
      literal(why),
      placesOf(citations),
    ]),
  )

const verifiersOf = ({ programmatic }: Told): string[] =>
  table(
    'Verifiers',
    ['', 'verifier', 'command', 'exit code', 'time'],
    programmatic.map(({ name, status, command, exitCode, durationMs }) => [
      signed(status),
      literal(name),
      literal(command),
      exitCode === null ? '' : String(exitCode),
      `${(durationMs / 1000).toFixed(1)} s`,
    ]),
  )

const stepsOf = (steps: PublisherInput['steps']): string[] =>
  table(
    'Steps',
    ['step', 'level', 'score', 'summary'],
    steps.map(({ name, level, score, summary }) => [literal(name), literal(level), score.toFixed(2), literal(summary)]),
  )

/** What speaks for the result, for whoever reviews it: Markdown of at most 60,000 characters. */
export function bodyOf({ goal, evaluation, steps, costUsd, unknownCosts, directiveId }: PublisherInput): string {
  const unknown = unknownCosts === 0 ? '' : `, and ${unknownCosts} of unknown cost`
  const lines = [
    literal(goal, 2000),
    '',
    `**${literal(evaluation.summary)}**`,
    ...criteriaOf(evaluation),
    ...verifiersOf(evaluation),
    ...stepsOf(steps),
    '',
    `Spent: $${costUsd.toFixed(2)}${unknown}.`,
  ]
  const text = lines.join('\n')
  const end = `\n\n<sub>Made by Adjutant, directive ${literal(directiveId)}.</sub>\n`
  return (text.length > longest ? `${text.slice(0, longest)}\n\n…cut` : text) + end
}
