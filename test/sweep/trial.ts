import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startAdjutant, type Ended } from '../support/adjutant.ts'
import { placeName, type Place } from './points.ts'

export type Subject = {
  /** The command line that begins, and after a kill goes on. */
  args: readonly string[]
  /** That goes on after a kill, when it is another one. */
  goOn?: (first: Ended) => readonly string[]
  env: Record<string, string>
  home: string
}

export type Trial = { reached: boolean; last: Ended }

/** Starts the subject, has it killed at a place, and lets a new process finish it. */
export async function runTrial(subject: Subject, place: Place): Promise<Trial> {
  const { args, env, home, goOn } = subject
  const first = await (place.afterMs === undefined
    ? startAdjutant(args, { env: { ...env, ADJUTANT_CRASH_AT: place.name } }).ended
    : killedSoonAfter(args, env, path.join(home, 'points'), place))
  if (first.signal !== 'SIGKILL') return { reached: false, last: first }
  return { reached: true, last: await startAdjutant(goOn?.(first) ?? args, { env }).ended }
}

/** Killed from outside, some time after a point. */
async function killedSoonAfter(
  args: readonly string[],
  env: Subject['env'],
  file: string,
  place: Place,
): Promise<Ended> {
  rmSync(file, { force: true })
  const running = startAdjutant(args, { env: { ...env, ADJUTANT_POINTS: file } })
  let over = false
  void running.ended.finally(() => (over = true))
  while (!over && !(existsSync(file) && readFileSync(file, 'utf8').includes(`${place.name}\n`))) await pause(5)
  await pause(place.afterMs)
  running.kill('SIGKILL')
  return running.ended
}

export const failure = (place: Place, { code, stdout, stderr }: Ended): string =>
  `after a kill at ${placeName(place)} the new process ended with ${code}\n${stdout.slice(-1500)}\n${stderr.slice(-500)}`
