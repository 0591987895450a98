import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Finding } from '../../cli/diagnosis.ts'
import { readEnvironment } from '../../cli/environment.ts'
import { modelFindings } from '../../cli/model-diagnosis.ts'
import { makeFolder } from '../support/adjutant.ts'
import { ScriptedProvider } from '../support/scripted-provider.ts'

let home: ReturnType<typeof makeFolder>
let provider: ScriptedProvider

beforeEach(async () => {
  home = makeFolder()
  provider = await new ScriptedProvider().listen()
})

afterEach(async () => {
  await provider.close()
  home.remove()
})

async function find(variables: Record<string, string>, file = ''): Promise<Finding[]> {
  writeFileSync(path.join(home.path, 'models.yaml'), file)
  const found: Finding[] = []
  const environment = readEnvironment({ ADJUTANT_HOME: home.path, ADJUTANT_MODEL_URL: provider.url, ...variables })
  for await (const finding of modelFindings(environment)) found.push(finding)
  return found
}

const prices = 'prices: [{ model: m1, in: 1, out: 2, since: 2020-01-01 }]'

test('without models nothing is wrong, and it says how to have some', async () => {
  expect(await find({})).toMatchObject([{ status: 'ok', advice: expect.stringContaining('ADJUTANT_MODEL') }])
})

test('each model is told once, with what it is for and what it costs', async () => {
  const [first, second, ...more] = await find({ ADJUTANT_MODEL: 'm1', ADJUTANT_MODEL_JUDGE: 'm2' }, prices)
  expect(first).toMatchObject({
    status: 'ok',
    found: expect.stringMatching(/^planner, agent: m1 at 127.0.0.1, \$1 in/),
  })
  expect(second).toMatchObject({ status: 'warning', found: expect.stringContaining('price unknown') })
  expect(more).toEqual([])
})

test('a server that does not answer, and a key that is missing, are problems', async () => {
  const variables = { ADJUTANT_MODEL: 'm1', ADJUTANT_MODEL_JUDGE: 'far/m2' }
  const file = `providers: { far: { baseUrl: 'https://far.example/v1', keyEnv: FAR_KEY } }\n${prices}`
  await provider.close()
  expect(await find(variables, file)).toMatchObject([
    { status: 'problem', advice: expect.stringContaining('ADJUTANT_MODEL_URL') },
    { status: 'problem', found: expect.stringContaining('FAR_KEY is not set') },
  ])
})

test('a mistake in models.yaml is a problem, with its place', async () => {
  expect(await find({}, 'prices: 3')).toMatchObject([
    { status: 'problem', found: expect.stringMatching(/models\.yaml:1:\d+: prices/) },
  ])
})
