import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolder, runAdjutant } from '../support/adjutant.ts'

const folder = makeFolder()
afterAll(folder.remove)
const env = { ADJUTANT_HOME: path.join(folder.path, 'home') }

test.each([
  ['an unknown command', ['chekc'], {}, /unknown command 'chekc'[\s\S]*Did you mean check/],
  ['a missing argument', ['show'], {}, /missing required argument 'id'/],
  ['an unknown option', ['list', '--stat', 'x'], {}, /unknown option '--stat'[\s\S]*Did you mean --state/],
  ['one argument too many', ['show', 'a', 'b'], {}, /too many arguments/],
  ['a variable that makes no sense', ['list'], { ADJUTANT_PORT: 'x' }, /ADJUTANT_PORT must be a port number/],
  ['a database that is not there', ['list'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' }, /^adjutant: .*127\.0\.0\.1/],
  ['something that is neither file nor directive', ['run', 'no/such.yaml'], {}, /no\/such\.yaml does not exist/],
  ['an unknown machine', ['chart', 'approvl'], {}, /there is no machine approvl\n {2}did you mean approval/],
])('%s is answered with clear words and exit code 2', async (_, args, variables, words) => {
  const { code, stdout, stderr } = await runAdjutant(args, { env: { ...env, ...variables } })
  expect(stderr).toMatch(words)
  expect(stderr).not.toMatch(/\n\s+at /)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('with --json a refusal is also a value', async () => {
  const ended = await runAdjutant(['list', '--json'], { env: { ...env, ADJUTANT_PORT: 'x' } })
  expect(ended.values()).toEqual([{ error: expect.objectContaining({ code: 'environment.invalid' }) }])
})

test('help and version end with 0', async () => {
  const help = await runAdjutant(['--help'])
  expect(help.stdout).toContain('Exit codes: 0 completed, 1 failed, 2 usage, 3 waiting for a person')
  expect(help.code).toBe(0)
  expect((await runAdjutant(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('a chart is drawn, for Mermaid, for Stately, as SVG, SCXML and JSON', async () => {
  expect((await runAdjutant(['chart', 'approval'])).stdout).toMatch(/^stateDiagram-v2\n/)
  expect((await runAdjutant(['chart', 'approval', '--format', 'stately'])).stdout).toContain('createMachine({')
  expect((await runAdjutant(['chart', 'approval', '--format', 'svg'])).stdout).toMatch(/^<svg xmlns=.*<\/svg>\n$/s)
  expect((await runAdjutant(['chart', 'approval', '--format', 'scxml'])).stdout).toContain(
    '<final id="approval.denied"',
  )
  const json = await runAdjutant(['chart', 'approval', '--format', 'json'])
  expect(JSON.parse(json.stdout)).toMatchObject({ id: 'approval', root: { initial: 'approval.pending' } })
})
