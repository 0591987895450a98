import { describe, expect, it } from 'vitest'
import { replayTogether, waitsForTimer } from '../../runtime/testing/index.ts'
import { openHouse, settle } from './house.ts'
import { type Followed, followed } from './machines.ts'

const replays = await followed()
const timeless = replays.filter(({ path }) => !waitsForTimer(path))
const timed = replays.filter(({ path }) => waitsForTimer(path))

async function expectSame(together: Followed[]) {
  const house = await openHouse()
  try {
    await settle(house, together)
    const differences = await replayTogether(house, together)
    for (const { id, leg, expected, seen } of differences)
      expect({ id, leg, ...seen }).toEqual({ id, leg, ...expected })
    expect(house.problems).toEqual([])
  } finally {
    await house.close()
  }
}

describe('in the durable runtime, gone and loaded anew between any two events', () => {
  it(
    `the ${timeless.length} paths in which no time passes lead where they lead in memory`,
    () => expectSame(timeless),
    120_000,
  )

  // A clock moves for all systems at once.
  it.each(timed)('$id, which waits, leads where it leads in memory', (replay) => expectSame([replay]), 60_000)
})
