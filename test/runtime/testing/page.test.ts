// What the pages show is run as it stands there: as a user of the clone would, who imports the package by its name.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../../support/database.ts'
import { programOf, writeBlocks } from '../../support/page.ts'

const run = promisify(execFile)

const pages: { page: string; expected: string[] }[] = [
  { page: 'README.md', expected: ['on', 'lamp.ts'] },
  {
    page: 'docs/testing.md',
    expected: ['order.ts', 'time.ts', 'activities.ts', 'crashes.ts', 'paths.ts', 'postgres.ts'],
  },
]

test.each(pages)('every block of $page runs', async ({ page, expected }) => {
  await mkdir('dist', { recursive: true })
  const folder = await mkdtemp('dist/page-')
  const { url, drop } = await createTestDatabase()
  onTestFinished(async () => {
    await rm(folder, { recursive: true, force: true })
    await drop()
  })
  const program = programOf(await writeBlocks(page, folder))
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    env: { ...process.env, DATABASE_URL: url },
  })
  // Whether the lamp's activity began before its process closed is a matter of time.
  expect(stdout.split('\n').filter((line) => line !== '' && line !== 'lit')).toEqual(expected)
})
