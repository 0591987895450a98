import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openToken } from '../../http/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'adjutant-token-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the first start tells the token, which is kept nowhere; later ones only know it', async () => {
  const file = join(folder, 'deep', 'token.sha256')
  const first = await openToken(file)
  expect(first.token).toMatch(/^adj_[\w-]{43}$/)
  expect(readFileSync(file, 'utf8')).not.toContain(first.token)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await openToken(file)).toEqual({ hash: first.hash })
})

test('of starts at once one makes the token, and all know the same', async () => {
  const opened = await Promise.all(Array.from({ length: 20 }, () => openToken(join(folder, 'token'))))
  expect(opened.filter(({ token }) => token)).toHaveLength(1)
  expect(new Set(opened.map(({ hash }) => hash)).size).toBe(1)
  expect(readdirSync(folder)).toEqual(['token'])
})

test('a file that holds no hash is not taken for one', async () => {
  writeFileSync(join(folder, 'token'), 'hunter2\n')
  await expect(openToken(join(folder, 'token'))).rejects.toThrow(/holds no token hash/)
})
