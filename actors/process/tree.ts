import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Finding processes by what they carry in their environment works on Linux only. On macOS and elsewhere a tree is killed
 * by its process group alone: what called setsid() survives there.
 */
export const canSearch = process.platform === 'linux'

export type Searched = { pid: number; group: number; variables: readonly string[] }

/** Living processes other than this one that `wanted` chooses. Zombies are dead and not counted. */
export function findProcesses(wanted: (process: Searched) => boolean): number[] {
  if (!canSearch) return []
  const found: number[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue
    const candidate = readProcess(Number(name))
    if (candidate && wanted(candidate)) found.push(candidate.pid)
  }
  return found
}

function readProcess(pid: number): Searched | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The second field is the program's name in parentheses and may itself hold blanks and parentheses.
    const [state, , group] = status.slice(status.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return undefined
    return { pid, group: Number(group), variables: readVariables(pid) }
  } catch {
    return undefined // gone between the listing and the look
  }
}

function readVariables(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return [] // another user's process, or gone
  }
}

const inGroup = (group: number) => (process: Searched) => process.group === group

export function signalGroup(group: number, signal: 'SIGTERM' | 'SIGKILL') {
  try {
    process.kill(-group, signal)
  } catch {
    // nobody left in it
  }
}

export function isGroupAlive(group: number): boolean {
  if (canSearch) return findProcesses(inGroup(group)).length > 0
  try {
    return process.kill(-group, 0)
  } catch {
    return false
  }
}

/** Resolves once the group is empty, or after `ms`: whether it is empty. */
export async function groupLeaves(group: number, ms: number): Promise<boolean> {
  const until = performance.now() + ms
  while (isGroupAlive(group)) {
    if (performance.now() >= until) return false
    await delay(25)
  }
  return true
}

type Carrying = (variable: (name: string) => string | undefined) => boolean

const carries =
  (wanted: Carrying) =>
  ({ variables }: Searched): boolean =>
    wanted((name) => variables.find((variable) => variable.startsWith(`${name}=`))?.slice(name.length + 1))

/** Whether something lives whose environment is `wanted`. False where that cannot be seen. */
export const isCarried = (wanted: Carrying): boolean => findProcesses(carries(wanted)).length > 0

/**
 * What is left of a group, or carries what is `wanted`, `ms` after the leader has gone: the names of the programs, one for
 * each process, at most ten. Where processes cannot be searched it says only that there are some.
 */
export async function outlivers(group: number, wanted: Carrying, ms: number): Promise<string[]> {
  if (!canSearch) return (await groupLeaves(group, ms)) ? [] : ['a process']
  const isLeft = (process: Searched) => inGroup(group)(process) || carries(wanted)(process)
  const until = performance.now() + ms
  for (;;) {
    const pids = findProcesses(isLeft)
    if (pids.length === 0) return []
    if (performance.now() >= until) return pids.slice(0, 10).map(programOf)
    await delay(25)
  }
}

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return 'a process'
  }
}

/**
 * Kills (SIGKILL) every process whose environment is `wanted`, until none is found: a tree that forks faster than one pass
 * reads would survive it. Best effort: a child can clear its environment. Returns how many it hit.
 */
export async function sweep(wanted: Carrying): Promise<number> {
  const hit = new Set<number>()
  for (let round = 0; round < 20; round++) {
    const pids = findProcesses(carries(wanted))
    if (pids.length === 0) break
    for (const pid of pids) {
      hit.add(pid)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // gone, or not ours to kill
      }
    }
    await delay(10)
  }
  return hit.size
}
