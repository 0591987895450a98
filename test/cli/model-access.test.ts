import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEnvironment } from '../../cli/environment.ts'
import { readModelAccess } from '../../cli/model-access.ts'
import type { Terminal } from '../../cli/terminal.ts'
import { makeFolder } from '../support/adjutant.ts'

let home: ReturnType<typeof makeFolder>
let said: string[]

beforeEach(() => {
  home = makeFolder()
  said = []
})

afterEach(() => home.remove())

const read = (variables: Record<string, string>, file?: string) => {
  if (file !== undefined) writeFileSync(path.join(home.path, 'models.yaml'), file)
  const terminal = {
    say: (line: string) => said.push(line),
    data: () => {},
    style: (_: unknown, text: string) => text,
  } as unknown as Terminal
  return readModelAccess({ environment: readEnvironment({ ADJUTANT_HOME: home.path, ...variables }), terminal })
}

test('without anything there is the public address, no key and no model', async () => {
  expect(await read({})).toMatchObject({
    provider: { baseUrl: 'https://api.openai.com/v1', key: null, keyEnv: 'OPENAI_API_KEY', api: 'chat' },
    providers: {},
    defaults: { planner: [], agent: [], judge: [] },
  })
})

test('ADJUTANT_MODEL is for all three, each of which may have its own list', async () => {
  const { defaults } = await read({ ADJUTANT_MODEL: 'big, small', ADJUTANT_MODEL_JUDGE: 'other' })
  expect(defaults).toEqual({ planner: ['big', 'small'], agent: ['big', 'small'], judge: ['other'] })
})

test("Adjutant's own variables go before those of the openai client, whose key goes to no other server", async () => {
  const variables = { OPENAI_BASE_URL: 'http://localhost:1/v1', OPENAI_API_KEY: 'theirs' }
  expect(await read(variables)).toMatchObject({ provider: { baseUrl: 'http://localhost:1/v1', key: 'theirs' } })
  const own = {
    ADJUTANT_MODEL_URL: 'http://localhost:2/v1',
    ADJUTANT_MODEL_KEY: 'ours',
    ADJUTANT_MODEL_API: 'responses',
  }
  expect(await read({ ...variables, ...own })).toMatchObject({
    provider: { baseUrl: 'http://localhost:2/v1', key: 'ours', keyEnv: null, api: 'responses' },
  })
})

test('models.yaml names further servers, whose keys lie in variables, and prices', async () => {
  const file = `
providers:
  local: { baseUrl: 'http://localhost:11434/v1', format: json_object }
  router: { baseUrl: 'https://router.example/v1', keyEnv: ROUTER_KEY, headers: { x-title: adjutant } }
prices:
  - { model: local/*, in: 0, out: 0, since: 2026-01-01 }
`
  expect(await read({ ROUTER_KEY: 'r-key' }, file)).toMatchObject({
    providers: {
      local: { key: null, keyEnv: null, format: 'json_object', api: 'chat' },
      router: { key: 'r-key', keyEnv: 'ROUTER_KEY', headers: { 'x-title': 'adjutant' } },
    },
    prices: [{ model: 'local/*', in: 0, out: 0, since: '2026-01-01' }],
  })
})

test('every mistake in models.yaml is said with its place', async () => {
  const file = `providers:
  local: { baseURL: 'http://localhost' }
prices:
  - { model: x, in: -1, out: 0, since: soon }
`
  await expect(read({}, file)).rejects.toMatchObject({ code: 'models.invalid' })
  const text = said.join('\n')
  expect(text).toMatch(/models\.yaml:2:\d+: error unknown key "baseURL"/)
  expect(text).toMatch(/did you mean "baseUrl"\?/)
  expect(text).toMatch(/models\.yaml:4:\d+: error prices\[0\]\.in/)
  expect(text).toMatch(/models\.yaml:4:\d+: error prices\[0\]\.since/)
})

test('variables that make no sense are named', () => {
  const wrong = { ADJUTANT_MODEL_URL: 'ftp://x', ADJUTANT_MODEL_API: 'soap', ADJUTANT_MODEL_FORMAT: 'xml' }
  expect(() => readEnvironment(wrong)).toThrow(/ADJUTANT_MODEL_URL must be an http.*MODEL_API.*MODEL_FORMAT/)
})
