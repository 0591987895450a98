import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { activitySchemas } from '../../machines/index.ts'
import { adjutantIn, git, repositoryWith } from './repositories.ts'
import { encode } from '../../runtime/encoding.ts'
import { sandbox } from './sandbox.ts'

const step = { directiveId: 'd1', contractId: 'c1', step: 'build', generation: 1, attempt: 1, freshBase: false }

test('there is an activity for every name that the machines invoke, with a time limit, a heartbeat and retries', () => {
  const { activities } = adjutantIn()
  expect(Object.keys(activities).sort()).toEqual(Object.keys(activitySchemas).sort())
  for (const activity of Object.values(activities)) {
    expect(activity.timeoutMs).toBeGreaterThan(activity.heartbeatMs)
    expect(activity.retry).toMatchObject({ maxAttempts: expect.any(Number), initialMs: expect.any(Number) })
  }
})

test('an input that does not fit is refused for good', () =>
  expect(adjutantIn().run('workspace', { ...step, generation: 0, repository: null })).rejects.toMatchObject({
    name: 'ActivityFailure',
    code: 'activity.input_invalid',
    retryable: false,
  }))

test('trouble of git and of the disk is worth another attempt', async () => {
  const path = repositoryWith({ 'a.txt': 'a' })
  const repository = { path, baseRef: 'HEAD', setup: [], copy: [] }
  // A branch of this name leaves no room for branches below it.
  git(path, 'branch', 'adjutant')
  await expect(adjutantIn().run('workspace', { ...step, repository })).rejects.toMatchObject({
    code: 'git.failed',
    retryable: true,
  })

  const home = sandbox()
  const adjutant = adjutantIn(home)
  writeFileSync(join(home, 'scratch'), 'in the way')
  await expect(adjutant.run('workspace', { ...step, repository: null })).rejects.toMatchObject({
    code: 'files.failed',
    retryable: true,
  })
})

test('a home that is missing is made', async () => {
  const home = join(sandbox(), 'a/b')
  const { run } = adjutantIn(home)
  expect(existsSync(home)).toBe(true)
  expect((await run('workspace', { ...step, repository: null })).path).toBe(join(home, 'scratch/d1/build-g1'))
  expect(readdirSync(join(home, 'processes'))).toHaveLength(1)
  rmSync(home, { recursive: true })
})

test('what fails tells no secrets, in no field and no cause of it', async () => {
  const url = 'https://someone:canary-password-1@127.0.0.1:1/repository.git'
  const failed = await adjutantIn(undefined, { env: { ...process.env, SOME_TOKEN: 'canary-token-41' } })
    .run('workspace', { ...step, repository: { url, baseRef: 'canary-token-41', setup: [], copy: [] } })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  expect(failed).toMatchObject({ name: 'ActivityFailure', message: expect.stringContaining('[redacted]') })
  expect(JSON.stringify(encode(failed))).not.toContain('canary')
})
