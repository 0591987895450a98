import { parseArgs } from 'node:util'
import { firstFailure, minimalTest, newTally, plantNamed } from './report.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '10000' },
    plant: { type: 'string' },
  },
})
const [seed, runs] = [Number(values.seed), Number(values.runs)]
const plant = values.plant === undefined ? undefined : plantNamed(values.plant)
if (values.plant !== undefined && !plant) throw new Error(`no planted bug is named ${values.plant}`)

const tally = newTally()
const began = performance.now()
const said = setInterval(() => process.stderr.write(`\r${tally.runs} of ${runs} runs`), 2_000)
// A promise that nobody waits for is a defect of the runtime, too.
process.on('unhandledRejection', (error) => {
  console.error(`\nseed ${seed + tally.runs}: a rejection that nobody handled`, error)
  process.exit(1)
})

const failure = await firstFailure(seed, runs, tally, plant)
clearInterval(said)

const seconds = (performance.now() - began) / 1_000
const faults = [...tally.faults].sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${kind} ${n}`)
process.stderr.write('\r')
console.log(
  `${tally.runs} runs in ${seconds.toFixed(1)} s (${(tally.runs / seconds).toFixed(0)} runs/s), from seed ${seed}`,
)
console.log(
  `${tally.operations} operations, ${tally.ticks} ticks, ${Math.round(tally.virtualMs / 60_000)} min of virtual time`,
)
console.log(`faults: ${faults.join(', ')}`)
if (failure) {
  for (const { rule, sentence } of failure.violations.slice(0, 10)) console.log(`violation: ${rule}: ${sentence}`)
  console.log(
    `\nseed ${failure.seed} fails. As little of it as still does, as test/simulation/seed-${failure.seed}.test.ts:\n`,
  )
  console.log(await minimalTest(failure, plant))
  process.exitCode = 1
} else console.log('no violation')
