import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { agentFindings } from '../../cli/agent-diagnosis.ts'
import type { Finding } from '../../cli/diagnosis.ts'
import { readEnvironment } from '../../cli/environment.ts'
import { makeFolder } from '../support/adjutant.ts'

let folder: ReturnType<typeof makeFolder>
beforeEach(() => void (folder = makeFolder()))
afterEach(() => folder.remove())

/** A program that tells this version, first in PATH. */
function install(name: string, version: string) {
  const file = path.join(folder.path, name)
  writeFileSync(file, `#!/bin/sh\necho "${name} ${version} (a line about it)"\n`)
  chmodSync(file, 0o755)
}

async function find(variables: Record<string, string> = {}): Promise<Finding[]> {
  const found: Finding[] = []
  const environment = readEnvironment({
    ADJUTANT_HOME: folder.path,
    PATH: `${folder.path}:/usr/bin:/bin`,
    ...variables,
  })
  for await (const finding of agentFindings(environment)) found.push(finding)
  return found
}

test('without any agent nothing is wrong', async () => {
  expect(await find()).toEqual([
    { subject: 'agents', status: 'ok', found: 'not installed: claude, codex, gemini, opencode' },
  ])
})

test('an agent is fit when it is installed, new enough, and has a key', async () => {
  install('claude', '2.1.330')
  install('codex', '0.170.1')
  install('gemini', '0.60.9')
  const [claude, codex, gemini, missing] = await find({ ANTHROPIC_API_KEY: 'a-key' })
  expect(claude).toMatchObject({ status: 'ok', found: 'claude 2.1.330, with the key in ANTHROPIC_API_KEY' })
  expect(codex).toMatchObject({ status: 'warning', advice: 'set OPENAI_API_KEY or CODEX_API_KEY' })
  expect(gemini).toMatchObject({ status: 'warning', found: 'gemini 0.60.9', advice: expect.stringMatching('0.61.0') })
  expect(missing).toMatchObject({ found: 'not installed: opencode' })
})
