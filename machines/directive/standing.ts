import type { DirectiveContext, Standing, StepRecord, Tally } from './schema.ts'

type Steps = DirectiveContext['steps']
type Standings = Pick<DirectiveContext, 'steps' | 'tally' | 'frontier'>

const standings: Record<StepRecord['state'], Standing> = {
  pending: 'pending',
  ready: 'startable',
  rework: 'startable',
  running: 'busy',
  evaluating: 'busy',
  blocked: 'blocked',
  passed: 'done',
  skipped: 'done',
}

export const standingOf = ({ state, waiting }: Pick<StepRecord, 'state' | 'waiting'>): Standing =>
  waiting ? 'waiting' : standings[state]

export const emptyTally: Tally = { pending: 0, startable: 0, busy: 0, waiting: 0, blocked: 0, done: 0 }

/** A chain's steps as they begin. */
export const standingsOf = (steps: Steps): Standings => {
  const tally = { ...emptyTally }
  for (const step of Object.values(steps)) tally[standingOf(step)]++
  const frontier = Object.keys(steps).filter((name) => standingOf(steps[name]!) === 'startable')
  return { steps, tally, frontier }
}

/** The steps after these changes, with tally and frontier moved along. */
export const moved = (before: Standings, changes: Iterable<[name: string, change: Partial<StepRecord>]>): Standings => {
  const steps = { ...before.steps }
  const tally = { ...before.tally }
  const frontier = new Set(before.frontier)
  for (const [name, change] of changes) {
    const step = { ...steps[name]!, ...change }
    tally[standingOf(steps[name]!)]--
    tally[standingOf(step)]++
    if (standingOf(step) === 'startable') frontier.add(name)
    else frontier.delete(name)
    steps[name] = step
  }
  return { steps, tally, frontier: [...frontier] }
}

export const isDone = (step: StepRecord): boolean => standingOf(step) === 'done'

const isUnblocked = (steps: Steps) => (name: string) =>
  steps[name]!.state === 'pending' && steps[name]!.dependsOn.every((other) => isDone(steps[other]!))

/** Pending steps that wait for nothing any more: among those that waited for `ended`, or among all. */
export const newlyReady = ({ steps }: Pick<Standings, 'steps'>, ended?: string): string[] => {
  if (ended === undefined) return Object.keys(steps).filter(isUnblocked(steps))
  return isDone(steps[ended]!) ? steps[ended]!.dependents.filter(isUnblocked(steps)) : []
}

/** Nothing runs, nothing can start, nobody is asked about a step, and one at least is blocked. */
export const isStuck = ({ steps, tally }: Standings): boolean =>
  tally.blocked > 0 && tally.busy + tally.startable + tally.waiting === 0 && newlyReady({ steps }).length === 0
