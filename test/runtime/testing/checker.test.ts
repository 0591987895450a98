import { beforeAll, expect, test } from 'vitest'
import { check } from '../../../runtime/testing/checker.ts'
import type { Evidence } from '../../../runtime/testing/workload-recording.ts'
import { useHosts } from '../hosts.ts'
import { playedOut } from './evidence.ts'
import { allowed, planted } from './planted.ts'

const hosts = useHosts()
let sound: Evidence
beforeAll(async () => {
  sound = await playedOut(hosts)
}, 120_000)

test('a play in which nothing went wrong has no violation, with and without the tables', () => {
  expect(check(sound)).toEqual([])
  expect(check({ ...sound, tables: undefined, clockSlackMs: undefined })).toEqual([])
})

test.each(planted)('%s: %s', (_, rule, plant) => {
  const evidence = structuredClone(sound)
  plant(evidence)
  expect(check(evidence).map((violation) => violation.rule)).toContain(rule)
})

test.each(allowed)('%s, which is no violation', (_, plant) => {
  const evidence = structuredClone(sound)
  plant(evidence)
  expect(check(evidence)).toEqual([])
})
