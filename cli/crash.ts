import { appendFileSync } from 'node:fs'
import type { Environment } from './environment.ts'

/**
 * For crash tests: counts the runtime's points, writes each down where asked, and kills this process at the n-th
 * occurrence of one. Undefined, and free of charge, in ordinary use.
 */
export function pointWatcher({ crashAt, pointsFile }: Environment): ((point: string) => void) | undefined {
  if (!crashAt && !pointsFile) return undefined
  const counts = new Map<string, number>()
  return (point) => {
    const n = (counts.get(point) ?? 0) + 1
    counts.set(point, n)
    if (pointsFile) appendFileSync(pointsFile, `${point}:${n}\n`)
    if (crashAt && crashAt.point === point && crashAt.n === n) process.kill(process.pid, 'SIGKILL')
  }
}
