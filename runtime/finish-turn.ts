import type { LiveSystem, Hosted } from './live-system.ts'
import type { Project } from './registry.ts'
import { rowName, type Loaded } from './slot.ts'
import type { Checkpoint, ProjectionChange, TurnRecord } from './turn-record.ts'
import { actorView, glimpse, type ActorView, type ChildView } from './view.ts'

// A restore reads one checkpoint and at most this many entries, plus one turn.
const ENTRIES_PER_CHECKPOINT = 200

/** Completes a turn before its commit: how the root ended, who is gone, the checkpoint when it is time, and the projections. */
export function finishTurn(loaded: Loaded, turn: TurnRecord, project: Project | undefined) {
  const { system } = loaded
  concludeRoot(system, turn)
  // With its root a system becomes a record: what stood in lists stays there, also of those whom XState drops with it.
  const gone = turn.status === 'done' ? [] : removeDeparted(system)
  const touched = new Set(turn.entries.map(({ incarnation }) => incarnation))
  if (project) turn.projections = projectionChanges(loaded, project, touched, gone)
  if (turn.base !== null && system.recorder.seq - loaded.checkpointSeq >= ENTRIES_PER_CHECKPOINT)
    turn.checkpoint = checkpoint(loaded)
}

function concludeRoot(system: LiveSystem, turn: TurnRecord) {
  const { status, error } = system.root._snapshot
  if (status === 'active') return
  if (status === 'done' || status === 'stopped') turn.status = 'done'
  else {
    turn.status = 'parked'
    turn.reason = { code: 'machine.failed', message: error instanceof Error ? error.message : String(error) }
  }
}

/** All changed actors that are still part of the tree; rows of those that are not go. */
export function checkpoint({ system, persisted }: Loaded): Checkpoint {
  const rows: Checkpoint['rows'] = []
  for (const incarnation of system.recorder.changed) {
    const hosted = system.actors.get(incarnation)
    const last = system.recorder.last(incarnation)
    if (!hosted || !last) continue
    const state = JSON.stringify({ value: last.value ?? null, frozen: last.frozen })
    rows.push({ incarnation, address: hosted.address, state })
  }
  return { rows, gone: [...persisted].filter((incarnation) => !system.actors.has(incarnation)) }
}

/** After the commit of a checkpoint. */
export function noteCheckpoint(loaded: Loaded, { rows, gone }: Checkpoint) {
  loaded.checkpointSeq = loaded.system.recorder.seq
  loaded.system.recorder.changed.clear()
  for (const { incarnation } of rows) loaded.persisted.add(incarnation)
  for (const incarnation of gone) loaded.persisted.delete(incarnation)
}

/** Those whom their parents gave up, or never had, with all below them. */
function removeDeparted({ actors, recorder, forget }: LiveSystem): Hosted[] {
  const gone: Hosted[] = []
  const open = [
    ...recorder.lost,
    ...recorder.fresh.filter((hosted) => !isHeld(hosted)).map(({ incarnation }) => incarnation),
  ]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const hosted = actors.get(next)
    if (!hosted) continue
    gone.push(hosted)
    forget(next)
    // One that could not even be constructed has no snapshot.
    const children = (hosted.actor as Partial<Hosted['actor']>)._snapshot?.children ?? {}
    for (const child of Object.values(children)) if (child) open.push(child.sessionId)
  }
  return gone
}

function isHeld({ actor }: Hosted): boolean {
  if (!actor._parent) return true
  const children = actor._parent._snapshot.children ?? {}
  return children[actor.id] === actor || Object.values(children).includes(actor)
}

/** The state of an actor, made by `look`: whole for callers, or only what is read of it. */
export function viewOf(system: LiveSystem, hosted: Hosted, look = actorView): ActorView | undefined {
  const last = system.recorder.last(hosted.incarnation)
  if (!last) return undefined
  const snapshot = hosted.actor._snapshot
  const children = () => childViews(system, hosted)
  return look({ frozen: last.frozen, value: last.value, snapshot, children, seq: system.recorder.seq })
}

function childViews(system: LiveSystem, hosted: Hosted): Record<string, ChildView> {
  const children: Record<string, ChildView> = {}
  for (const [key, child] of Object.entries(hosted.actor._snapshot.children ?? {})) {
    const below = child && system.actors.get(child.sessionId)
    if (below)
      children[key] = { address: below.address, src: below.actor.src as string, status: below.actor._snapshot.status }
  }
  return children
}

function projectionChanges(loaded: Loaded, project: Project, touched: Set<string>, gone: Hosted[]): ProjectionChange[] {
  const { system, projected } = loaded
  const changes: ProjectionChange[] = []
  for (const { address } of gone) changes.push(...replaceRows(projected, address, new Map()))
  for (const incarnation of touched) {
    const hosted = system.actors.get(incarnation)
    const view = hosted && hosted.kind === 'machine' ? viewOf(system, hosted, glimpse) : undefined
    if (!hosted || !view) continue
    const rows = project(view, { address: hosted.address, systemId: system.id })
    const wanted = new Map(rows.map(({ kind, key, data }) => [rowName(kind, key), JSON.stringify(data)]))
    changes.push(...replaceRows(projected, hosted.address, wanted))
  }
  return [
    ...new Map(
      changes.map((change) => [`${change.address}\u0001${rowName(change.kind, change.key)}`, change]),
    ).values(),
  ]
}

function replaceRows(projected: Loaded['projected'], address: string, wanted: Map<string, string>): ProjectionChange[] {
  const before = projected.get(address) ?? new Map<string, string>()
  if (wanted.size) projected.set(address, wanted)
  else projected.delete(address)
  const change = (name: string, data: string | null): ProjectionChange => {
    const [kind, key] = name.split('\u0001') as [string, string]
    return { address, kind, key, data }
  }
  return [
    ...[...before.keys()].filter((name) => !wanted.has(name)).map((name) => change(name, null)),
    ...[...wanted].filter(([name, data]) => before.get(name) !== data).map(([name, data]) => change(name, data)),
  ]
}
