import { type Ecosystem, type Finding, firstOf } from './ecosystem.ts'

export const mix: Ecosystem = {
  isPresent: (files) => files.paths.has('mix.exs'),
  reliesOn: ['**/*_test.exs', '**/test_helper.exs', 'mix.{exs,lock}', '.formatter.exs', '.credo.exs'],
  detect(files) {
    const why = 'mix.exs'
    const findings: Finding[] = [
      { purpose: 'build', name: 'mix-compile', argv: ['mix', 'compile'], why },
      { purpose: 'test', name: 'mix-test', argv: ['mix', 'test'], why },
    ]
    const formatter = firstOf(files, '.formatter.exs')
    const credo = firstOf(files, '.credo.exs')
    if (credo) findings.push({ purpose: 'lint', name: 'mix-credo', argv: ['mix', 'credo'], why: credo })
    if (formatter)
      findings.push({
        purpose: 'format',
        name: 'mix-format',
        argv: ['mix', 'format', '--check-formatted'],
        why: formatter,
      })
    return Promise.resolve(findings)
  },
}
