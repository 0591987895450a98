import { appendFileSync } from 'node:fs'
import type { OnPoint } from '../runtime/index.ts'
import type { Environment } from './environment.ts'

/**
 * For crash tests: counts the runtime's points (those of an activity by its name, `activity.ran.merger`), writes each down
 * where asked, and kills this process at the n-th occurrence of one. Undefined, and free of charge, in ordinary use.
 */
export function pointWatcher({ crashAt, pointsFile }: Environment): OnPoint | undefined {
  if (!crashAt && !pointsFile) return undefined
  const counts = new Map<string, number>()
  return (point, { src }) => {
    const name = typeof src === 'string' ? `${point}.${lastName(src)}` : point
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    if (pointsFile) appendFileSync(pointsFile, `${name}:${n}\n`)
    if (crashAt?.point === name && crashAt.n === n) process.kill(process.pid, 'SIGKILL')
  }
}

/** A nested activity is named by its path, `["step","verifier"]`. */
const lastName = (src: string): string => /\w+(?=\W*$)/.exec(src)?.[0] ?? src
