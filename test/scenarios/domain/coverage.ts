import { sections } from './rules.ts'

export const coveragePath = 'docs/domain-coverage.md'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The table of all rules, as it lies in docs/. */
export const coverageText = (): string =>
  [
    '# The rules of the domain, and the tests that drive them through the real runtime',
    '',
    'The rules are those of [domain.md](domain.md), row by row and sentence by sentence. Written by',
    '`node test/scenarios/domain/write-coverage.ts` from `rules.ts` beside it; a test holds it to what is there. The tests run',
    'the real machines on Postgres, with real processes and git where these matter, and models that say what they are scripted',
    'to say. Where one of `adjutant check` stands beside them it shows what is said of a file before there is a directive; the',
    'schema is a file itself.',
    ...sections.flatMap(({ title, rules }) => [
      '',
      `## ${title}`,
      '',
      '| rule | test |',
      '|---|---|',
      ...rules.map(
        ({ rule, tests }) =>
          `| ${cell(rule)} | ${tests.map(([file, name]) => `[${cell(name)}](../${file})`).join('<br>')} |`,
      ),
    ]),
    '',
  ].join('\n')
