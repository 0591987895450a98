import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { unreadFiles } from './findings.ts'
import { checkFloors } from './report.ts'

const planted: string[] = []
afterEach(async () => {
  for (const root of planted.splice(0)) await rm(root, { recursive: true, force: true })
})

/** A tree of its own: a machine, a database floor, a runtime, and whatever the test plants. */
async function plant(files: Record<string, string> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'floors-'))
  planted.push(root)
  const sound = {
    'machines/index.ts': "export { light } from './light.ts'\n",
    'machines/light.ts': "export const light = 'light'\n",
    'db/index.ts': 'export const rows: string[] = []\n',
    'db/rows.ts': 'export const inner = 1\n',
    'runtime/index.ts': "import { rows } from '../db/index.ts'\nexport const turn = rows\n",
  }
  for (const [path, text] of Object.entries({ ...sound, ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return root
}

const findingsOf = async (files: Record<string, string>) => (await checkFloors(await plant(files))).findings

describe('the floors check', () => {
  it('passes a tree whose imports point down through the index', async () => {
    const { findings, files, imports } = await checkFloors(await plant())
    expect(findings).toEqual([])
    expect({ files, imports }).toEqual({ files: 5, imports: 2 })
  })

  it('finds an import that points up', async () => {
    const findings = await findingsOf({
      'db/up.ts': "import { turn } from '../runtime/index.ts'\nexport const x = turn\n",
    })
    expect(findings).toContainEqual(
      expect.stringContaining('db/up.ts imports runtime/index.ts: db-imports-only-downward'),
    )
  })

  it('finds an upward import of a type alone', async () => {
    const findings = await findingsOf({
      'machines/up.ts': "import type { turn } from '../runtime/index.ts'\nexport type X = typeof turn\n",
    })
    expect(findings).toContainEqual(expect.stringContaining('machines-imports-only-downward'))
  })

  it('finds an import past the index of another floor', async () => {
    const findings = await findingsOf({ 'runtime/past.ts': "export { inner } from '../db/rows.ts'\n" })
    expect(findings).toEqual([expect.stringContaining('runtime/past.ts imports db/rows.ts: through-the-index')])
  })

  it('finds Node in a machine and an import that leads nowhere', async () => {
    const findings = await findingsOf({
      'machines/impure.ts': "import { readFileSync } from 'node:fs'\nexport const x = readFileSync\n",
      'actors/lost.ts': "export { nothing } from './nowhere.ts'\n",
    })
    expect(findings).toContainEqual(expect.stringContaining('machines-are-pure'))
    expect(findings).toContainEqual(expect.stringContaining('resolvable'))
  })

  it('finds modules that need each other to load, and lets types refer to each other', async () => {
    const findings = await findingsOf({
      'db/egg.ts': "import { hen } from './hen.ts'\nexport const egg = () => hen\n",
      'db/hen.ts': "import { egg } from './egg.ts'\nexport const hen = () => egg\n",
      'db/left.ts': "import type { Right } from './right.ts'\nexport type Left = { right?: Right }\n",
      'db/right.ts': "import type { Left } from './left.ts'\nexport type Right = { left?: Left }\n",
    })
    expect(findings).not.toEqual([])
    expect(findings.filter((finding) => !/(egg|hen)\.ts imports db\/(egg|hen)\.ts: no-cycle/.test(finding))).toEqual([])
  })

  it('finds names that say nothing, folders that are no floor, and files over 300 lines', async () => {
    const findings = await findingsOf({
      'actors/git-utils.ts': 'export const x = 1\n',
      'src/anything.ts': 'export const x = 1\n',
      'cli/long.ts': '// line\n'.repeat(301),
    })
    expect(findings).toEqual([
      expect.stringContaining('src/ is no floor'),
      expect.stringContaining('actors/git-utils.ts: "utils" says nothing'),
      'cli/long.ts has 301 lines; 300 is the most',
    ])
  })

  it('finds a word of the domain in the runtime, and lets microsteps be', async () => {
    const findings = await findingsOf({
      'runtime/ignorant.ts': '// microsteps, macrosteps\nexport const microstep = 1\n',
      'runtime/knowing.ts': 'export const nextStep = 1\n',
    })
    expect(findings).toEqual([expect.stringContaining('runtime/knowing.ts:1 names the domain')])
  })

  it('fails when it read no file', async () => {
    const root = await mkdtemp(join(tmpdir(), 'floors-'))
    planted.push(root)
    expect((await checkFloors(root)).findings).toEqual(['no source file was found: nothing was checked'])
  })

  it('fails when the files were found but dependency-cruiser read none of them', () => {
    const tree = { paths: ['db/'], files: [{ path: 'db/index.ts', text: '', lines: 0 }] }
    expect(unreadFiles(tree, { modules: [], violations: [] })).toEqual([
      'db/index.ts was not read by dependency-cruiser',
      'not one import was seen: dependency-cruiser reads no TypeScript',
    ])
  })

  it('fails as a command, with an exit code, on an empty tree and on an upward import', async () => {
    const run = (root: string) =>
      promisify(execFile)(process.execPath, [resolve('test/floors/check-floors.ts'), root]).then(
        () => ({ code: 0, stderr: '' }),
        (error) => error as { code: number; stderr: string },
      )
    const empty = await mkdtemp(join(tmpdir(), 'floors-'))
    planted.push(empty)
    expect((await run(empty)).code).toBe(1)
    const upward = await run(await plant({ 'machines/up.ts': "export { turn } from '../runtime/index.ts'\n" }))
    expect(upward).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('machines/up.ts imports runtime/index.ts'),
    })
    expect((await run(await plant())).code).toBe(0)
  })
})
