import { isOver, rootEntries, type Entry, type View, type Violation } from './checker-view.ts'
import type { JobInput, JobResult } from './workload-job.ts'
import type { Line, SystemRecord } from './workload-recording.ts'

/** Results are applied at most once, of attempts that were begun, and every activity ends. */
export const checkActivities = (view: View): Violation[] => [
  ...[...view.systems.values()].flatMap((record) => [
    ...checkLives(record),
    ...checkJobs(record),
    ...checkReports(record),
  ]),
  ...checkResults(view),
  ...checkAttempts(view.lines),
]

const ENDS = new Set(['xstate.promise.resolve', 'xstate.promise.reject', 'xstate.stop'])
const broken = (rule: string, system: string, sentence: string, seq?: number): Violation => ({
  rule,
  system,
  sentence,
  seq,
})

/** Of one incarnation of an activity: begun once, ended once. */
function checkLives({ id: system, history, snapshot }: SystemRecord): Violation[] {
  const open = new Map<string, boolean>()
  const found: Violation[] = []
  for (const { seq, address, event } of history) {
    if (event.type === 'xstate.init' && event.input?.how) open.set(address, true)
    else if (ENDS.has(event.type as string) && open.has(address)) {
      if (!open.get(address))
        found.push(broken('result.doubled', system, `activity ${address} of ${system} ended twice`, seq))
      open.set(address, false)
    }
  }
  for (const [address, isOpen] of open)
    if (isOpen && snapshot.status === 'active')
      found.push(broken('activity.unended', system, `activity ${address} of ${system} has not ended`))
  return found
}

type Told = { job: string; how: 'done' | 'failed'; result?: JobResult; seq: number }

function toldOf({ event, seq }: Entry): Told | undefined {
  const match = /^xstate\.(done|error)\.actor\.(.+)$/.exec(event.type as string)
  if (!match) return undefined
  return { job: match[2] as string, how: match[1] === 'done' ? 'done' : 'failed', result: event.output, seq }
}

/** What a system heard of its jobs is what they were asked to do, once each, and nothing of one it gave up. */
function checkJobs(record: SystemRecord): Violation[] {
  const { id: system } = record
  const jobs = new Map<string, { how: JobInput['how']; state: string }>()
  const found: Violation[] = []
  for (const entry of rootEntries(record)) {
    const { event, seq } = entry
    if (event.type === 'work') jobs.set(event.id, { how: event.how, state: 'begun' })
    if (event.type === 'xstate.init' && event.input?.input)
      jobs.set('job', { how: event.input.input.how, state: 'begun' })
    const dropped = event.type === 'drop' ? jobs.get(event.job) : undefined
    if (dropped?.state === 'begun') dropped.state = 'dropped'
    const told = toldOf(entry)
    if (!told) continue
    const job = jobs.get(told.job)
    if (job?.state !== 'begun')
      found.push(broken('result.unexpected', system, `${system} heard of job ${told.job}, which is ${job?.state}`, seq))
    else if ((told.how === 'failed') !== (job.how === 'fail'))
      found.push(
        broken('result.untrue', system, `job ${told.job} of ${system} was to ${job.how} and is ${told.how}`, seq),
      )
    if (job) job.state = told.how
  }
  return found
}

function checkReports({ id: system, snapshot }: SystemRecord): Violation[] {
  const progress = (snapshot.context?.progress ?? []) as string[]
  return progress
    .filter((part, i) => progress.indexOf(part) !== i)
    .map((part) => broken('report.doubled', system, `report ${part} reached ${system} twice`))
}

/** One activity's key belongs to one job, and its result comes from an attempt that was begun under it, and was the last. */
function checkResults({ systems, lines, tables }: View): Violation[] {
  const last = new Map(tables?.activities.map((row) => [`${row.systemId}:${row.incarnation}`, row.attempt]))
  const begun = new Set(lines.flatMap((line) => (line.type === 'attempt' ? [`${line.key} ${line.attempt}`] : [])))
  const owners = new Map<string, string>()
  return [...systems.values()].flatMap((record) =>
    rootEntries(record).flatMap((entry) => {
      const { result, job, seq } = toldOf(entry) ?? {}
      if (!result) return []
      const owner = `${record.id} ${job}`
      const other = owners.get(result.key)
      owners.set(result.key, owner)
      if (other !== undefined && other !== owner)
        return [broken('key.shared', record.id, `${owner} and ${other} have the same idempotency key`, seq)]
      if (!begun.has(`${result.key} ${result.attempt}`))
        return [broken('result.unattempted', record.id, `${owner} has the result of an attempt nobody began`, seq)]
      if (result.attempt !== (last.get(result.key) ?? result.attempt))
        return [broken('result.superseded', record.id, `${owner} has the result of an attempt that was over`, seq)]
      return []
    }),
  )
}

function checkAttempts(lines: Line[]): Violation[] {
  const seen = new Set<string>()
  return lines.flatMap((line) => {
    if (line.type !== 'attempt') return []
    const name = `${line.key} ${line.attempt}`
    if (!seen.has(name)) {
      seen.add(name)
      return []
    }
    const sentence = `attempt ${line.attempt} of job ${line.job} (${line.key}) was begun twice`
    return [{ rule: 'attempt.doubled', sentence }]
  })
}

/** In a store that is at rest. */
export const checkActivityRows = ({ tables, systems }: View): Violation[] =>
  (tables?.activities ?? [])
    .filter(({ status }) => status === 'queued' || status === 'running')
    .map(({ systemId, incarnation, status }) => {
      const of = isOver(systems.get(systemId)) ? 'of a system that has ended' : 'though all is quiet'
      return broken('activity.left', systemId, `activity ${incarnation} of ${systemId} is ${status} ${of}`)
    })
