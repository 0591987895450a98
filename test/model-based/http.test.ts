import { expect, describe, it } from 'vitest'
import { createToken, serveHttp } from '../../http/index.ts'
import { replayTogether, type Venue, waitsForTimer } from '../../runtime/testing/index.ts'
import { openHouse, settle } from './house.ts'
import { type Followed, followed } from './machines.ts'

// What JSON makes of it, as the API says.
const plain = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (part === undefined ? null : part))) as T

const overHttp = (url: string, token: string): Venue => {
  const call = async (system: string, rest: string, event?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const body = event && JSON.stringify(event)
    const response = await fetch(`${url}/v1/directives/${system}/${rest}`, {
      method: event ? 'POST' : 'GET',
      headers,
      body,
    })
    return { status: response.status, body: (await response.json()) as any }
  }
  return {
    send: async (system, address, { at: _, ...event }) => {
      const error = event['error'] as { code: string; message: string; at: number } | undefined
      const told = { ...event, ...(error && { error: { code: error.code, message: error.message, at: error.at } }) }
      const { status, body } = await call(system, `actor/events?address=${encodeURIComponent(address)}`, told)
      // An event that a transition took, but that left no trace, is answered as one that nothing took.
      if (status !== 200 && body.code !== 'event.not_accepted') throw new Error(`${status} ${JSON.stringify(body)}`)
    },
    look: async (system, address) => {
      const { status, body } = await call(system, `actor?address=${encodeURIComponent(address)}`)
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
      return body
    },
  }
}

const replays = (await followed()).map((each) => ({ ...each, expected: plain(each.expected) }))
const timeless = replays.filter(({ path }) => !waitsForTimer(path))
const timed = replays.filter(({ path }) => waitsForTimer(path))

async function expectSame(together: Followed[]) {
  const house = await openHouse({ stays: true })
  const { token, hash: tokenHash } = createToken()
  const server = await serveHttp({ runtime: house.runtime(), tokenHash, requestsPerMinute: 1_000_000 })
  try {
    await settle(house, together)
    const differences = await replayTogether({ ...house, venue: () => overHttp(server.url, token) }, together)
    for (const { id, leg, expected, seen } of differences)
      expect({ id, leg, ...seen }).toEqual({ id, leg, ...expected })
    expect(house.problems).toEqual([])
  } finally {
    await server.close(0)
    await house.close()
  }
}

describe('over the HTTP API of a running server', () => {
  it(
    `the ${timeless.length} paths in which no time passes lead where they lead in memory`,
    () => expectSame(timeless),
    120_000,
  )

  it.each(timed)('$id, which waits, leads where it leads in memory', (replay) => expectSame([replay]), 60_000)
})
