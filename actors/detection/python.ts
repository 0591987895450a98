import { type Ecosystem, type Finding, firstOf, type ProjectFiles } from './ecosystem.ts'

const manifests = ['pyproject.toml', 'setup.cfg', 'setup.py', 'tox.ini', 'pytest.ini', 'mypy.ini', 'requirements.txt']

/** Programs that run others inside the project's own environment, by the lock file they leave. */
const runners: readonly (readonly [file: string, ...argv: string[]])[] = [
  ['uv.lock', 'uv', 'run'],
  ['poetry.lock', 'poetry', 'run'],
  ['pdm.lock', 'pdm', 'run'],
]

export const python: Ecosystem = {
  isPresent: (files) => firstOf(files, ...manifests) !== undefined || testFiles(files).length > 0,
  reliesOn: [
    '**/test_*.py',
    '**/*_test.py',
    '**/conftest.py',
    '{pyproject.toml,setup.cfg,tox.ini,pytest.ini,mypy.ini,.mypy.ini,ruff.toml,.ruff.toml,.flake8,.coveragerc}',
  ],
  async detect(files) {
    const text = Object.fromEntries(
      await Promise.all(manifests.map(async (name) => [name, (await files.read(name)) ?? ''])),
    )
    const [lock, ...runner] = runners.find(([file]) => files.paths.has(file)) ?? ['']
    const by = lock === '' ? '' : `; ${lock} is ${runner[0]}'s`
    const inside = (first: string, ...rest: string[]) => [...runner, first, ...rest] as [string, ...string[]]
    const findings: Finding[] = []
    const found = (purpose: Finding['purpose'], name: string, why: string | undefined, argv: [string, ...string[]]) => {
      if (why !== undefined) findings.push({ purpose, name, argv, why: why + by })
    }
    const pytest = whyPytest(files, text)
    found('test', 'pytest', pytest, inside('python3', '-m', 'pytest'))
    if (pytest === undefined)
      found('test', 'unittest', whyUnittest(files), inside('python3', '-m', 'unittest', 'discover'))
    found('typecheck', 'mypy', whyTool(files, text, 'mypy', 'mypy.ini', '.mypy.ini'), inside('mypy', '.'))
    found('lint', 'ruff', whyTool(files, text, 'ruff', 'ruff.toml', '.ruff.toml'), inside('ruff', 'check', '.'))
    if (/^\[tool\.ruff\.format\]/m.test(text['pyproject.toml'] ?? ''))
      found('format', 'ruff-format', 'pyproject.toml has [tool.ruff.format]', inside('ruff', 'format', '--check', '.'))
    return findings
  },
}

const testFiles = (files: ProjectFiles): string[] =>
  [...files.paths].filter((path) => /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path))

function whyPytest(files: ProjectFiles, text: Record<string, string>): string | undefined {
  if (files.paths.has('pytest.ini')) return 'pytest.ini'
  if (/^\[tool\.pytest/m.test(text['pyproject.toml'] ?? '')) return 'pyproject.toml has [tool.pytest]'
  for (const name of ['setup.cfg', 'tox.ini'])
    if (/^\[(tool:)?pytest\]/m.test(text[name] ?? '')) return `${name} has [pytest]`
  const conftest = [...files.paths].find((path) => /(^|\/)conftest\.py$/.test(path))
  if (conftest !== undefined) return conftest
  const naming = manifests.find((name) => /\bpytest\b/.test(text[name] ?? ''))
  return naming !== undefined && testFiles(files).length > 0 ? `${naming} names pytest` : undefined
}

const whyUnittest = (files: ProjectFiles): string | undefined => {
  const [first] = testFiles(files)
  return first === undefined ? undefined : `${first}, and nothing names another test runner`
}

function whyTool(
  files: ProjectFiles,
  text: Record<string, string>,
  tool: string,
  ...own: string[]
): string | undefined {
  const file = firstOf(files, ...own)
  if (file !== undefined) return file
  if (new RegExp(`^\\[tool\\.${tool}[.\\]]`, 'm').test(text['pyproject.toml'] ?? ''))
    return `pyproject.toml has [tool.${tool}]`
  return new RegExp(`^\\[${tool}\\]`, 'm').test(text['setup.cfg'] ?? '') ? `setup.cfg has [${tool}]` : undefined
}
