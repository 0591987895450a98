import { type Ecosystem, type Finding, firstOf, type ProjectFiles } from './ecosystem.ts'

const has = (files: ProjectFiles, pattern: RegExp) => [...files.paths].find((path) => pattern.test(path))

export const bundler: Ecosystem = {
  isPresent: (files) => files.paths.has('Gemfile'),
  reliesOn: ['**/*_{spec,test}.rb', 'Gemfile', 'Gemfile.lock', 'Rakefile', '.rspec', '.rubocop*.yml'],
  async detect(files) {
    const findings: Finding[] = []
    const rakefile = (await files.read('Rakefile')) ?? ''
    const spec = has(files, /(^|\/)spec\/.*_spec\.rb$/)
    const minitest = has(files, /(^|\/)test\/.*(_test|test_[^/]*)\.rb$/)
    if (spec !== undefined)
      findings.push({ purpose: 'test', name: 'rspec', argv: ['bundle', 'exec', 'rspec'], why: `Gemfile, and ${spec}` })
    else if (minitest !== undefined && /\bTestTask\b|\btask\s*\(?:?["']?test\b/.test(rakefile))
      findings.push({
        purpose: 'test',
        name: 'rake-test',
        argv: ['bundle', 'exec', 'rake', 'test'],
        why: `Rakefile has a task "test", and ${minitest}`,
      })
    const rubocop = firstOf(files, '.rubocop.yml')
    if (rubocop) findings.push({ purpose: 'lint', name: 'rubocop', argv: ['bundle', 'exec', 'rubocop'], why: rubocop })
    return findings
  },
}
