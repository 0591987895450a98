// The default example, killed at one place after another; each time a new process must finish it as if nothing had
// happened. `npm run sweep`; `-- --count 20` for fewer places, `-- --at commit.after:12` for one.
import { mkdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openEmbedded, stopEmbedded } from '../../db/index.ts'
import { makeFolder, startAdjutant } from '../support/adjutant.ts'
import { differences, observe, type Facts } from './facts.ts'
import { foldersLeft, processesOf } from './leftovers.ts'
import { choose, midst, placeName, readPoints, type Place } from './points.ts'
import { failure, runTrial } from './trial.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '48' },
    midst: { type: 'string', default: '8' },
    at: { type: 'string' },
  },
})
const args = ['example', 'default']

/** A home of its own, with what a process needs to run the example in it. */
function makeHome() {
  const folder = makeFolder()
  const home = path.join(folder.path, 'home')
  mkdirSync(home)
  const close = async () => {
    await stopEmbedded(home)
    folder.remove()
  }
  return { home, env: { ADJUTANT_HOME: home, ADJUTANT_LEASE_MS: '2000' }, close }
}

type Home = ReturnType<typeof makeHome>

/** The finished example in a home: its facts, and all that is wrong. */
async function examine({ home }: Home): Promise<{ facts: Facts; faults: string[] }> {
  const { id, folder } = JSON.parse(readFileSync(path.join(home, 'examples/default/current.json'), 'utf8'))
  const library = path.join(folder, 'library')
  const database = await openEmbedded({ home })
  const { facts, faults } = await observe(database, id, library).finally(() => database.close())
  await stopEmbedded(home)
  const left = [...processesOf(home), ...foldersLeft(home, library)].map((each) => `left behind: ${each}`)
  return { facts, faults: [...faults, ...left] }
}

/** Without a kill: what the others are compared with, and the places they are killed at. */
async function wholeRun(): Promise<{ facts: Facts; points: string[] }> {
  const home = makeHome()
  try {
    const file = path.join(home.home, 'points')
    const ended = await startAdjutant(args, { env: { ...home.env, ADJUTANT_POINTS: file } }).ended
    if (ended.code !== 0)
      throw new Error(`the example does not complete even without a kill\n${ended.stdout}${ended.stderr}`)
    const { facts, faults } = await examine(home)
    if (faults.length > 0) throw new Error(`even without a kill: ${faults.join('; ')}`)
    return { facts, points: readPoints(file) }
  } finally {
    await home.close()
  }
}

async function sweepOne(expected: Facts, place: Place): Promise<'passed' | 'unreached' | 'failed'> {
  const home = makeHome()
  try {
    const from = performance.now()
    const { reached, last } = await runTrial({ args, ...home }, place)
    if (last.code !== 0) throw new Error(failure(place, last))
    const { facts, faults } = await examine(home)
    const wrong = [...faults, ...differences(expected, facts)]
    if (wrong.length > 0) throw new Error(wrong.join('\n    '))
    const took = ((performance.now() - from) / 1000).toFixed(1)
    console.log(`${reached ? '✔' : '–'} ${placeName(place)}${reached ? '' : ' was not reached'} (${took}s)`)
    return reached ? 'passed' : 'unreached'
  } catch (error) {
    console.log(`✖ ${placeName(place)}\n    ${(error as Error).message}`)
    return 'failed'
  } finally {
    await home.close()
  }
}

const { facts, points } = await wholeRun()
const places = values.at
  ? [{ name: values.at }]
  : [...choose(points, Number(values.count)), ...midst(points, Number(values.midst))]
console.log(`${points.length} occurrences of points; ${places.length} kills.`)
const results: string[] = []
for (const place of places) results.push(await sweepOne(facts, place))
const count = (result: string) => results.filter((each) => each === result).length
console.log(`${count('passed')} passed, ${count('unreached')} not reached, ${count('failed')} failed.`)
process.exitCode = count('failed') > 0 || (!values.at && count('passed') < 40) ? 1 : 0
