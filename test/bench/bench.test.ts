import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

test('a short run measures, writes down what it found, and leaves nothing behind', { timeout: 400_000 }, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-test-'))
  try {
    const bench = path.join(import.meta.dirname, '../../bench/bench.ts')
    const names = ['barest', 'single send', 'recovery'].flatMap((name) => ['--only', name])
    const args = [bench, '--quick', '--seconds', '0.5', '--results', 'found', ...names]
    const env = { ...process.env, TMPDIR: folder }
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    expect(readdirSync(folder)).toEqual(['found']) // its server, databases and folders have gone
    const { compared, workloads } = JSON.parse(readFileSync(path.join(folder, 'found/results.json'), 'utf8'))
    expect(compared.map(({ failed }: { failed?: string }) => failed)).toEqual([undefined])
    expect(workloads.map(({ name, failed }: { name: string; failed?: string }) => [name, failed])).toEqual([
      ['single send', undefined],
      ['recovery', undefined],
    ])
    expect(readFileSync(path.join(folder, 'found/results.md'), 'utf8')).toBe(stdout)
    expect(readdirSync(path.join(folder, 'found'))).toContain('single-send.svg')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
