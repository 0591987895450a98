import { isDeepStrictEqual } from 'node:util'
import type { OnPoint, Point } from '../signals.ts'
import { type Rehearsal, type RehearsalOptions, rehearse } from './rehearsal.ts'

/** The `n`-th time that a process comes to that point. */
export type CrashSite = { point: Point; n: number }

/** `end` differs from the undisturbed run's; `error`: the scenario threw. */
export type CrashDifference = { site: CrashSite; end?: unknown; error?: unknown }

export type CrashReport = {
  /** The end of the run in which nothing crashed. */
  undisturbed: unknown
  /** Where it was crashed, each in a run of its own. */
  sites: CrashSite[]
  /** Sites that their own run never came to. */
  missed: CrashSite[]
  differences: CrashDifference[]
}

export type CrashOptions = {
  /** Called for each run: what it gives must be new, the database empty. */
  setting(): RehearsalOptions | Promise<RehearsalOptions>
  /** What is done with the machines; it hears nothing of a crash. Whatever depends on time or chance comes by the rehearsal. */
  scenario(rehearsal: Rehearsal): Promise<void>
  /** What has to be the same; by default `endOf`. */
  end?(rehearsal: Rehearsal): Promise<unknown>
  points?: Point[]
}

// How often activities are looked for is a matter of time, not of what happens.
const POINTS: Point[] = [
  ...(['commit.before', 'commit.sent', 'commit.after', 'mail.accepted'] as const),
  ...(['activity.started', 'activity.ran', 'activity.stored'] as const),
]

/**
 * Plays a scenario undisturbed, and then once for each point that it came to, where the process dies and another goes on. A
 * difference is something that a crash can do to these machines, activities or whoever calls them.
 */
export async function crashEverywhere(options: CrashOptions): Promise<CrashReport> {
  const sites: CrashSite[] = []
  const undisturbed = await played(options, (_, site) => void sites.push(site))
  const report: CrashReport = { undisturbed, sites: [...sites], missed: [], differences: [] }
  for (const site of report.sites) {
    let crashed = false
    const atSite: AtSite = (crash, here) => {
      if (crashed || !isDeepStrictEqual(here, site)) return undefined
      crashed = true
      crash()
      // It stands there for ever.
      return new Promise(() => {})
    }
    try {
      const end = await played(options, atSite)
      if (!isDeepStrictEqual(end, undisturbed)) report.differences.push({ site, end })
    } catch (error) {
      report.differences.push({ site, error })
    }
    if (!crashed) report.missed.push(site)
  }
  return report
}

type AtSite = (crash: () => void, site: CrashSite) => unknown

async function played({ setting, scenario, end = endOf, points = POINTS }: CrashOptions, atSite: AtSite) {
  const given = await setting()
  const counts = new Map<Point, number>()
  let isOn = true
  const onPoint: OnPoint = (point) => {
    if (!isOn || !rehearsal || !points.includes(point)) return undefined
    const { crash } = rehearsal
    const n = (counts.get(point) ?? 0) + 1
    counts.set(point, n)
    return atSite(() => void crash().catch(() => {}), { point, n })
  }
  let rehearsal: Rehearsal | undefined
  try {
    rehearsal = await rehearse({ ...given, onPoint })
    await scenario(rehearsal)
    await rehearsal.settled()
    isOn = false
    return await end(rehearsal)
  } finally {
    isOn = false
    await rehearsal?.close()
  }
}

/** Every system that was spawned: its actors' states, contexts and outputs, and what they emitted. */
export async function endOf(rehearsal: Rehearsal): Promise<unknown> {
  const ends = rehearsal.systems.map(async (id) => ({
    id,
    actor: await actorEnd(rehearsal, id, ''),
    emitted: await rehearsal.emitted(id),
  }))
  return Promise.all(ends)
}

async function actorEnd(rehearsal: Rehearsal, id: string, address: string): Promise<unknown> {
  const { value, status, context, output, error, children } = await rehearsal.snapshot(id, address)
  const below = Object.entries(children).map(
    async ([name, child]) => [name, await actorEnd(rehearsal, id, child.address)] as const,
  )
  return { value, status, context, output, error, children: Object.fromEntries(await Promise.all(below)) }
}
