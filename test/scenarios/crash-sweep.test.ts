import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeFolder, startAdjutant, type Ended } from '../support/adjutant.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { differences, observe, type Facts } from '../sweep/facts.ts'
import { foldersLeft, processesOf } from '../sweep/leftovers.ts'
import { choose, midst, placeName, readPoints, type Place } from '../sweep/points.ts'
import { failure, runTrial } from '../sweep/trial.ts'

// The short form of `npm run sweep`: two steps, a command and a noop, killed at a few places.
const directive = `title: Two steps
goal: Both are done once
autonomy: full_auto
chain:
  name: two-steps
  steps:
    - name: write
      type: implement
      description: Write a file
      contract: { executor: { kind: command, argv: [sh, -c, 'sleep 0.3; echo done > file'] } }
      verifiers: []
    - name: rest
      type: review
      description: Nothing is left to do
      dependsOn: [write]
      contract: { executor: { kind: noop } }
      verifiers: []
`

const folder = makeFolder()
const home = path.join(folder.path, 'home')
const file = path.join(folder.path, 'directive.yaml')
const pointsFile = path.join(folder.path, 'whole-run')
let database: TestDatabase
let env: Record<string, string>
let whole: { facts: Facts; places: Place[] }

const idOf = ({ stdout }: Ended) => /directive ([0-9a-f-]{36})/.exec(stdout)![1]!

beforeAll(async () => {
  database = await createTestDatabase()
  writeFileSync(file, directive)
  env = { DATABASE_URL: database.url, ADJUTANT_HOME: home, ADJUTANT_LEASE_MS: '1000' }
  const ended = await startAdjutant(['run', file], { env: { ...env, ADJUTANT_POINTS: pointsFile } }).ended
  const { facts, faults } = await observe(database.database, idOf(ended))
  expect(faults).toEqual([])
  // Before the first commit there is no directive yet that a new process could finish.
  const points = readPoints(pointsFile)
  const created = points.slice(points.indexOf('commit.after:1'))
  whole = { facts, places: [...choose(created, 8), ...midst(points, 1)] }
}, 120_000)

afterAll(async () => {
  await database.drop()
  folder.remove()
})

test('killed at any point, a directive is finished by the next process as if nothing had happened', async () => {
  expect(whole.places.length).toBe(9)
  for (const place of whole.places) {
    const goOn = (first: Ended) => ['run', idOf(first)]
    const { last } = await runTrial({ args: ['run', file], goOn, env, home: folder.path }, place)
    expect(last.code, failure(place, last)).toBe(0)
    const { facts, faults } = await observe(database.database, idOf(last))
    expect([placeName(place), ...faults, ...differences(whole.facts, facts)]).toEqual([placeName(place)])
  }
  expect([...processesOf(home), ...foldersLeft(home)]).toEqual([])
}, 240_000)

test('the comparison sees a step done twice, an event too many and a gap', () => {
  const { facts } = whole
  const [event] = Object.keys(facts.events)
  const twice = { ...facts, accepted: { ...facts.accepted, 'write-g1/contract': 2 } }
  expect(differences(facts, twice)).toHaveLength(1)
  expect(differences(facts, { ...facts, events: { ...facts.events, [event!]: 2 } })).toHaveLength(1)
  expect(differences(facts, { ...facts, events: {} }).length).toBeGreaterThan(5)
})
