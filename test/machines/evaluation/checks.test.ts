import { expect, test } from 'vitest'
import { checksOf, unavailable, type VerifierSpec, verifierInput, withResult } from '../../../machines/index.ts'
import { verified } from '../world.ts'

const spec = (changes: Partial<VerifierSpec>): VerifierSpec => ({
  name: 'unit',
  type: 'command',
  weight: 2,
  required: true,
  timeoutSeconds: 1,
  rerun: true,
  why: 'configured',
  ...changes,
})
const subject = { repository: null, commit: null, path: null }

test('verifiers are taken one after the other', () => {
  const checks = checksOf(subject, [spec({ name: 'a' }), spec({ name: 'b' })])
  expect(verifierInput('d', 'one', checks)).toMatchObject({ directiveId: 'd', step: 'one', verifier: { name: 'a' } })
  const next = withResult(checks, verified(spec({ name: 'a' })))
  expect(next.left.map(({ name }) => name)).toEqual(['b'])
  expect(next.results.map(({ name }) => name)).toEqual(['a'])
})

test('only the end of an output is kept', () => {
  const long = { ...verified(spec({})), outputTail: `${'x'.repeat(9000)}end` }
  const [result] = withResult(checksOf(subject, [spec({})]), long).results
  expect(result!.outputTail).toHaveLength(4096)
  expect(result!.outputTail.endsWith('end')).toBe(true)
})

test('a verifier that could not be run says what it would have run, and why it could not', () => {
  const failure = { code: 'verifier.failed', reason: 'no disk' }
  const of = (changes: Partial<VerifierSpec>) => unavailable(spec(changes), failure)
  expect(of({ argv: ['npm', 'test'] })).toMatchObject({ command: 'npm test', status: 'unavailable', exitCode: null })
  expect(of({ shell: 'npm test | tee' }).command).toBe('npm test | tee')
  expect(of({})).toMatchObject({ command: '', outputTail: 'verifier.failed: no disk' })
})
