import { spawnSync } from 'node:child_process'

/** Titles of the tests in the current folder that fail. */
export function failingTests() {
  const { stdout } = spawnSync(process.execPath, ['--test', '--test-reporter=tap'], { encoding: 'utf8' })
  const failed = [...stdout.matchAll(/^\s*not ok \d+ - (.+)$/gm)].map(([, title]) => title)
  return [...new Set(failed.filter((title) => !title.endsWith('.test.js')))]
}
