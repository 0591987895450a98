import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { runAdjutant } from '../support/adjutant.ts'

test('docs/directive.schema.json is what `adjutant schema` prints', async () => {
  const { stdout, code } = await runAdjutant(['schema'])
  expect(code).toBe(0)
  const kept = readFileSync(path.resolve(import.meta.dirname, '../../docs/directive.schema.json'), 'utf8')
  // Stale: `node cli/adjutant.mjs schema > docs/directive.schema.json && npx prettier --write docs/directive.schema.json`
  expect(JSON.parse(kept)).toEqual(JSON.parse(stdout))
  expect(JSON.parse(kept).required).toEqual(['title', 'goal'])
})
