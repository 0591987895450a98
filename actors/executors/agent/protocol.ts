import { createHash } from 'node:crypto'
import type { Cost } from '../../../machines/index.ts'

export type Problem = { code: string; reason: string }

/** What an agent lets us know, in one language for all of them. */
export type Heard =
  /** Its name for the conversation, to resume it. */
  | { type: 'session'; session: string }
  /** Words: to be read, but no progress. */
  | { type: 'said'; text: string }
  /** It has carried something out. `mark` tells this from anything else it may do: doing the same again is no progress. */
  | { type: 'did'; mark: string; text: string }
  /** It is finished: what it says came of it, and what it spent. */
  | { type: 'ended'; problem: Problem | null; text: string | null; costs: Cost[]; spentSince: 'run' | 'session' }

/** Reads what an agent prints on its standard output, as it comes. One for each run. */
export type Protocol = {
  /** Whether it says by itself that it is finished; without that, a run has not succeeded. */
  tellsEnd: boolean
  hear(line: string): Heard[]
}

/** An event per line, each a JSON object. Lines that are none are words. */
export const jsonLines = (hear: (event: Json) => Heard[]): Protocol => ({
  tellsEnd: true,
  hear(line) {
    const event = parsed(line)
    if (event === undefined) return line.trim() === '' ? [] : [{ type: 'said', text: line }]
    return hear(event)
  },
})

/** Parsed, not believed: every look into it may find nothing, or something else. */
export type Json = { readonly [key: string]: unknown }

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(line: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return isJson(value) ? value : undefined
  } catch {
    return undefined
  }
}

export const objectIn = (event: Json, key: string): Json => {
  const value = event[key]
  return isJson(value) ? value : {}
}

export const objectsIn = (event: Json, key: string): Json[] => {
  const value = event[key]
  return Array.isArray(value) ? value.filter(isJson) : []
}

export const textIn = (event: Json, key: string): string | null => {
  const value = event[key]
  return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** A count or an amount; 0 for what is none. */
export const numberIn = (event: Json, key: string): number => {
  const value = event[key]
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0
}

export const countIn = (event: Json, key: string): number => Math.round(numberIn(event, key))

export const markOf = (...parts: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)

/** One line for people: what was called, and the first thing it was given. */
export function described(tool: string, input: Json): string {
  const first = Object.values(input).find((value) => typeof value === 'string')
  return `${tool} ${typeof first === 'string' ? first : ''}`.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}
