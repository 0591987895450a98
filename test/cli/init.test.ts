import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'

const folder = makeFolder()
afterAll(folder.remove)

function makeRepository(name: string, files: Record<string, string>): string {
  const top = path.join(folder.path, name)
  mkdirSync(top)
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(top, file), text)
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', top, '-c', 'user.name=T', '-c', 'user.email=t@x', ...args])
  git('init', '--quiet', '--initial-branch=trunk')
  git('add', '--all')
  git('commit', '--quiet', '--allow-empty', '--message=first')
  return top
}

const written = (top: string) => readFileSync(path.join(top, 'adjutant.yaml'), 'utf8')

test('the file suits the repository and is without mistakes', async () => {
  const packageJson = JSON.stringify({ scripts: { test: 'node --test' } })
  const cwd = makeRepository('my-package', { 'package.json': packageJson, 'package-lock.json': '{}' })
  expect((await runAdjutant(['init'], { cwd })).code).toBe(0)
  const text = written(cwd)
  expect(text).toContain('title: First directive for my-package')
  expect(text).toContain('baseRef: trunk')
  expect(text).toContain('setup: [[npm, ci]]')
  expect(text).toContain('verify: [npm, test]')
  const checked = await runAdjutant(['check', 'adjutant.yaml'], { cwd })
  expect(checked.stdout).toContain('is in order')
  expect(checked.code).toBe(0)
})

test('a folder that is named gets the file, wherever the command is called', async () => {
  const top = makeRepository('elsewhere', { 'package.json': '{}' })
  const { code, stdout } = await runAdjutant(['init', top], { cwd: folder.path })
  expect(stdout).toContain(`npx adjutant run ${path.join(top, 'adjutant.yaml')}`)
  expect(code).toBe(0)
  expect(written(top)).toContain('title: First directive for elsewhere')
})

test('a repository of another language gets its own commands', async () => {
  const cwd = makeRepository('rusty', { 'Cargo.toml': '[package]\nname = "rusty"\n' })
  await runAdjutant(['init'], { cwd })
  expect(written(cwd)).toContain('verify: [cargo, test]')
  expect((await runAdjutant(['check', 'adjutant.yaml'], { cwd })).code).toBe(0)
})

test('outside of a repository the file has none, and is without mistakes', async () => {
  const cwd = path.join(folder.path, 'nothing here: yet')
  mkdirSync(cwd)
  expect((await runAdjutant(['init'], { cwd })).stdout).toContain('no git repository here')
  expect((await runAdjutant(['check', 'adjutant.yaml'], { cwd })).code).toBe(0)
})

test('a file that is there is kept, unless told otherwise', async () => {
  const cwd = path.join(folder.path, 'kept')
  mkdirSync(cwd)
  writeFileSync(path.join(cwd, 'adjutant.yaml'), 'mine')
  const refused = await runAdjutant(['init'], { cwd })
  expect(refused.stderr).toBe('adjutant: adjutant.yaml is there already\n  --force replaces it\n')
  expect(refused.code).toBe(2)
  expect(written(cwd)).toBe('mine')
  expect((await runAdjutant(['init', '--force'], { cwd })).code).toBe(0)
  expect(written(cwd)).toContain('chain:')
})
