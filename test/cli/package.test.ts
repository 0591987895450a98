// The package as a stranger gets it: packed, unpacked into an empty folder beside its dependencies, and run.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createTestDatabase } from '../support/database.ts'
import { programOf, writeBlocks } from '../support/page.ts'

const run = promisify(execFile)
const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: Record<string, string> }

/** A module and everything it needs, linked: what an installation would put there, without asking the registry. */
async function link(folder: string, name: string) {
  const at = join(folder, 'node_modules', name)
  await mkdir(resolve(at, '..'), { recursive: true })
  await symlink(resolve('node_modules', name), at)
}

describe('the published package', () => {
  let folder = ''
  const adjutant = (...words: string[]) =>
    run(process.execPath, [join(folder, 'node_modules/adjutant/cli/adjutant.mjs'), ...words], {
      cwd: folder,
      env: { ...process.env, ADJUTANT_HOME: join(folder, 'home') },
    })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'package-'))
    await run(process.execPath, ['build.mjs'])
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder, './dist/package'])
    const [{ filename }] = JSON.parse(stdout)
    await mkdir(join(folder, 'node_modules/adjutant'), { recursive: true })
    await run('tar', [
      '-xzf',
      join(folder, filename),
      '-C',
      join(folder, 'node_modules/adjutant'),
      '--strip-components=1',
    ])
    for (const name of Object.keys(dependencies)) await link(folder, name)
  }, 120_000)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('runs inside node_modules, where Node strips no types', async () => {
    const { stdout, stderr } = await adjutant('--help')
    expect(stdout).toContain('Usage: adjutant')
    expect(stderr).toBe('')
  })

  it('brings its machines, its migrations and its example, and no Node of its own', async () => {
    const { stdout } = await adjutant('chart', 'approval')
    expect(stdout).toContain('stateDiagram-v2')
    const installed = join(folder, 'node_modules/adjutant')
    expect(await readdir(join(installed, 'dist/db/migrations'))).toEqual(await readdir('db/migrations'))
    expect(await readdir(join(installed, 'examples/default'))).toContain('directive.yaml')
    const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    expect(Object.keys(manifest)).not.toContain('optionalDependencies')
  })

  it('brings its prompts', async () => {
    await writeFile(
      join(folder, 'directive.yaml'),
      'title: T\ngoal: A goal to be planned\nmodel: { agent: some-model }\n',
    )
    const { stdout } = await adjutant('prompt', 'plan', 'directive.yaml')
    expect(stdout).toMatch(/prompt planner \d[\s\S]*You plan work\.[\s\S]*A goal to be planned/)
    const installed = join(folder, 'node_modules/adjutant')
    expect(await readdir(join(installed, 'dist/actors/prompts'))).toEqual(await readdir('actors/prompts'))
    expect(await readdir(join(installed, 'examples'))).toEqual(await readdir('examples'))
  })

  it('lets other programs import the runtime, and what tests their machines', async () => {
    const { url, drop } = await createTestDatabase()
    onTestFinished(drop)
    const names = [...(await writeBlocks('README.md', folder)), ...(await writeBlocks('docs/testing.md', folder))]
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', programOf(names)], {
      cwd: folder,
      env: { ...process.env, DATABASE_URL: url },
    })
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(names))
    expect(names.length).toBeGreaterThan(6)
  })
})
