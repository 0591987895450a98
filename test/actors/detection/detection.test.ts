import { describe, expect, test } from 'vitest'
import { detectVerifiers, type ProjectFiles, tamperPaths } from '../../../actors/detection/index.ts'

const project = (files: Record<string, string>): ProjectFiles => ({
  paths: new Set(Object.keys(files)),
  read: (path) => Promise.resolve(files[path]),
})

/** As lines of `name: command (weight, required)`. */
const found = async (files: Record<string, string>) =>
  (await detectVerifiers(project(files))).map(
    ({ name, argv, shell, weight, required }) =>
      `${name}: ${argv?.join(' ') ?? shell} (${weight}${required ? ', required' : ''})`,
  )

const manifest = (scripts: Record<string, string>, more = {}) => JSON.stringify({ scripts, ...more })

describe('package.json', () => {
  test('gives its test, build, typecheck, lint and format check, weighted', async () => {
    const scripts = {
      test: 'vitest',
      build: 'tsc',
      'type-check': 'tsc',
      lint: 'eslint .',
      'format:check': 'prettier -c .',
      format: 'prettier -w .',
      dev: 'vite',
    }
    expect(await found({ 'package.json': manifest(scripts) })).toEqual([
      'npm-test: npm run test (1, required)',
      'npm-build: npm run build (1, required)',
      'npm-type-check: npm run type-check (1, required)',
      'npm-lint: npm run lint (0.5)',
      'npm-format-check: npm run format:check (0.5)',
    ])
  })

  test.each([
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
    ['package-lock.json', 'npm'],
  ])('with %s is run by %s', async (lock, program) => {
    const files = { 'package.json': manifest({ test: 'x' }), [lock]: '' }
    expect(await found(files)).toEqual([`${program}-test: ${program} run test (1, required)`])
    expect((await detectVerifiers(project(files)))[0]?.why).toBe(
      `package.json has a script "test" (x); ${lock} is ${program}'s`,
    )
  })

  test('names its package manager over any lock file', async () => {
    const [verifier] = await detectVerifiers(
      project({ 'package.json': manifest({ test: 'x' }, { packageManager: 'pnpm@9.1.0' }), 'yarn.lock': '' }),
    )
    expect(verifier).toMatchObject({
      argv: ['pnpm', 'run', 'test'],
      why: expect.stringContaining('packageManager is pnpm@9.1.0'),
    })
  })

  test('with the placeholder of npm init, broken, or without scripts gives nothing', async () => {
    expect(await found({ 'package.json': manifest({ test: 'echo "Error: no test specified" && exit 1' }) })).toEqual([])
    expect(await found({ 'package.json': '{' })).toEqual([])
    expect(await found({ 'package.json': '{}' })).toEqual([])
    expect(await found({})).toEqual([])
  })
})

test('Cargo.toml gives build, test, clippy and rustfmt, for the whole workspace', async () => {
  expect(await found({ 'Cargo.toml': '[workspace]\nmembers = []' })).toEqual([
    'cargo-build: cargo build --workspace (1, required)',
    'cargo-test: cargo test --workspace (1, required)',
    'cargo-clippy: cargo clippy --workspace (0.5)',
    'cargo-fmt: cargo fmt --check (0.5)',
  ])
  expect(await found({ 'Cargo.toml': '[package]' })).toContain('cargo-test: cargo test (1, required)')
})

test('go.mod gives build, test, vet and gofmt', async () => {
  expect((await found({ 'go.mod': 'module x' })).map((line) => line.split(':')[0])).toEqual([
    'go-build',
    'go-test',
    'go-vet',
    'gofmt',
  ])
})

describe('Python', () => {
  test('gives pytest, mypy and ruff where they are configured', async () => {
    const pyproject = '[tool.pytest.ini_options]\n[tool.mypy]\n[tool.ruff]\n[tool.ruff.format]\n'
    expect(await found({ 'pyproject.toml': pyproject })).toEqual([
      'pytest: python3 -m pytest (1, required)',
      'mypy: mypy . (1, required)',
      'ruff: ruff check . (0.5)',
      'ruff-format: ruff format --check . (0.5)',
    ])
  })

  test.each([
    [{ 'pytest.ini': '' }, 'pytest.ini'],
    [{ 'setup.cfg': '[tool:pytest]' }, 'setup.cfg has [pytest]'],
    [{ 'tests/conftest.py': '', 'setup.py': '' }, 'tests/conftest.py'],
    [{ 'requirements.txt': 'pytest==9', 'tests/test_a.py': '' }, 'requirements.txt names pytest'],
  ])('knows pytest by %j', async (files, why) => {
    expect((await detectVerifiers(project(files as Record<string, string>)))[0]).toMatchObject({ name: 'pytest', why })
  })

  test('falls back to unittest, and to nothing without tests', async () => {
    expect(await found({ 'test_a.py': '' })).toEqual(['unittest: python3 -m unittest discover (1, required)'])
    expect(await found({ 'pyproject.toml': '[project]' })).toEqual([])
  })

  test('runs inside the environment of uv, poetry or pdm', async () => {
    expect(await found({ 'pytest.ini': '', 'uv.lock': '' })).toEqual(['pytest: uv run python3 -m pytest (1, required)'])
  })
})

const others: [string, Record<string, string>, string[]][] = [
  [
    'pom.xml',
    { 'pom.xml': '', mvnw: '' },
    [
      'maven-package: ./mvnw -B -ntp -DskipTests package (1, required)',
      'maven-test: ./mvnw -B -ntp test (1, required)',
    ],
  ],
  [
    'build.gradle',
    { 'build.gradle': '' },
    [
      'gradle-assemble: gradle --no-daemon --console=plain assemble (1, required)',
      'gradle-test: gradle --no-daemon --console=plain test (1, required)',
    ],
  ],
  [
    'CMakeLists.txt without tests',
    { 'CMakeLists.txt': 'project(x)' },
    ['cmake-build: cmake -S . -B .cmake-build && cmake --build .cmake-build (1, required)'],
  ],
  [
    'deno.json with a task "test"',
    { 'deno.json': '{ "tasks": { "dev": "x", "test": "deno test -A" } }' },
    [
      'deno-test: deno task test (1, required)',
      'deno-check: deno check . (1, required)',
      'deno-lint: deno lint (0.5)',
      'deno-fmt: deno fmt --check (0.5)',
    ],
  ],
  ['a Gemfile with specs', { Gemfile: '', 'spec/a_spec.rb': '' }, ['rspec: bundle exec rspec (1, required)']],
  [
    'a Gemfile with minitest',
    { Gemfile: '', Rakefile: 'Rake::TestTask.new', 'test/a_test.rb': '', '.rubocop.yml': '' },
    ['rake-test: bundle exec rake test (1, required)', 'rubocop: bundle exec rubocop (0.5)'],
  ],
  [
    'composer.json with a script "test"',
    { 'composer.json': '{"scripts":{"test":"phpunit"}}', 'phpstan.neon': '' },
    [
      'composer-test: composer run-script test (1, required)',
      'phpstan: vendor/bin/phpstan analyse --no-progress (1, required)',
    ],
  ],
  [
    'broken composer.json',
    { 'composer.json': '{', 'phpunit.xml.dist': '' },
    ['phpunit: vendor/bin/phpunit (1, required)'],
  ],
  [
    'mix.exs',
    { 'mix.exs': '', '.formatter.exs': '' },
    [
      'mix-compile: mix compile (1, required)',
      'mix-test: mix test (1, required)',
      'mix-format: mix format --check-formatted (0.5)',
    ],
  ],
  [
    'a .NET solution',
    { 'App.sln': '', 'App.Tests/App.Tests.csproj': '' },
    [
      'dotnet-build: dotnet build --nologo (1, required)',
      'dotnet-format: dotnet format --verify-no-changes (0.5)',
      'dotnet-test: dotnet test --nologo (1, required)',
    ],
  ],
]
test.each(others)('%s gives what its tools check', async (_, files, lines) => {
  expect(await found(files)).toEqual(lines)
})

test('CMakeLists.txt with tests runs ctest, which must find some', async () => {
  const verifiers = await detectVerifiers(project({ 'CMakeLists.txt': 'project(x)\ninclude(CTest)\n' }))
  expect(verifiers[1]).toMatchObject({ name: 'ctest', shell: expect.stringMatching(/ctest .*--no-tests=error$/) })
})

test('deno.json without a task runs the tests that are there', async () => {
  expect(await found({ 'deno.jsonc': '{}', 'a_test.ts': '' })).toContain(
    'deno-test: deno test --allow-all (1, required)',
  )
})

describe('a Makefile', () => {
  const makefile = 'CC := gcc\n.PHONY: test lint\ntest: build\n\tgo\nlint build:\n\tx\ncheck ::= no\nhelp:\n'

  test('gives its targets', async () => {
    expect(await found({ Makefile: makefile })).toEqual([
      'make-test: make test (1, required)',
      'make-build: make build (1, required)',
      'make-lint: make lint (0.5)',
    ])
  })

  test('counts only for what nothing else has found', async () => {
    expect(await found({ Makefile: makefile, 'package.json': manifest({ test: 'x', build: 'y' }) })).toEqual([
      'npm-test: npm run test (1, required)',
      'npm-build: npm run build (1, required)',
      'make-lint: make lint (0.5)',
    ])
  })
})

test('what verifiers rely on are tests, their configuration, CI, and the files they name', async () => {
  const files = project({ 'package.json': manifest({ test: 'x' }), 'scripts/check.mjs': '', 'pkg/run.sh': '' })
  const paths = tamperPaths(files, [
    {
      name: 'a',
      type: 'command',
      argv: ['node', './scripts/check.mjs'],
      weight: 1,
      required: true,
      timeoutSeconds: 1,
      rerun: true,
      why: '',
    },
    {
      name: 'b',
      type: 'command',
      shell: 'sh run.sh; true',
      cwd: 'pkg',
      weight: 1,
      required: true,
      timeoutSeconds: 1,
      rerun: true,
      why: '',
    },
  ])
  expect(paths).toEqual(
    expect.arrayContaining([
      'package.json',
      '**/{test,tests,spec}/**',
      '.github/**',
      'scripts/check.mjs',
      'pkg/run.sh',
    ]),
  )
  expect(paths).not.toContain('**/*_test.go')
})
