import { sections } from './rules.ts'

export const coveragePath = 'docs/domain-coverage.md'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The table of all rules, as it lies in docs/. */
export const coverageText = (): string =>
  [
    '# The rules of the domain, and the tests that drive them through the real runtime',
    '',
    'Written by `node test/scenarios/domain/write-coverage.ts` from `test/scenarios/domain/rules.ts`; a test holds it to',
    'what is there. The tests run the real machines on Postgres, with real processes and git where these matter; only those',
    'of `adjutant check` and of the schema look at a file before there is a directive, and the last section names the',
    'rules that so far are driven in memory alone.',
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
