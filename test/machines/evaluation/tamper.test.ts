import { expect, test } from 'vitest'
import { globPattern } from '../../../machines/evaluation/glob.ts'
import { tamperedFiles } from '../../../machines/index.ts'

test.each([
  ['test/**', 'test/deep/a.js', true],
  ['test/**', 'src/test/a.js', false],
  ['**/*.test.{js,ts}', 'src/a.test.ts', true],
  ['**/*.test.{js,ts}', 'a.test.js', true],
  ['**/*.test.{js,ts}', 'a.test.py', false],
  ['package.json', 'packages/a/package.json', true],
  ['/package.json', 'packages/a/package.json', false],
  ['*.config.?s', 'vitest.config.ts', true],
  ['src/*.js', 'src/deep/a.js', false],
  ['a[1]+(b).{x', 'a[1]+(b).{x', true],
  ['a.js', 'abjs', false],
  ['docs/**/*.md', 'docs/a.md', true],
])('%s and %s: %s', (glob, path, matches) => {
  expect(globPattern(glob).test(path)).toBe(matches)
})

const evidence = { modifiedFiles: ['src/a.ts', 'test/a.test.ts'], modifiedFilesOmitted: 0 }

test('files that verifiers rely on are found among those modified', () => {
  expect(tamperedFiles(evidence, ['test/**', '*.config.ts'], 'implement')).toEqual(['test/a.test.ts'])
})

test('a test step may touch tests', () => {
  expect(tamperedFiles(evidence, ['test/**'], 'test')).toEqual([])
})

test('files beyond the list cannot be ruled out, unless nothing is relied on', () => {
  const many = { modifiedFiles: [], modifiedFilesOmitted: 7 }
  expect(tamperedFiles(many, ['test/**'], 'implement')).toEqual(['(7 more files)'])
  expect(tamperedFiles(many, [], 'implement')).toEqual([])
})
