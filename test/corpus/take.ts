// A program: plays every scene on the present code and keeps the fewest stored databases that between them show every state
// any of them was seen in. `--add LABEL` writes them to the folder of that name.
import { mkdir, mkdtemp, chmod, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { backupOf, type Database, openDatabase, openEmbedded, stopEmbedded } from '../../db/index.ts'
import { courierFor, machines } from '../../machines/index.ts'
import { createRuntime } from '../../runtime/index.ts'
import { castOf, stagehand } from './cast.ts'
import { runToEnd } from './ending.ts'
import { fileOf, scenes } from './scenes.ts'

type Take = { scene: string; n: number; states: Set<string>; bytes: Buffer }

const label = process.argv[process.argv.indexOf('--add') + 1]
if (!process.argv.includes('--add') || !label || !/^[\w.-]+$/.test(label))
  throw new Error('usage: npm run corpus -- --add LABEL')

const home = await mkdtemp(path.join(tmpdir(), 'adjutant-corpus-'))
await chmod(home, 0o711) // run by root, the server's user must get in
const server = await openEmbedded({ home })
const takes: Take[] = []
try {
  for (const scene of Object.keys(scenes)) takes.push(...(await takesOf(scene)))
} finally {
  await server.close()
  await stopEmbedded(home)
  await rm(home, { recursive: true, force: true })
}
await keep(fewest(takes))

async function takesOf(name: string): Promise<Take[]> {
  const scene = scenes[name]!
  const database = `scene_${Math.random().toString(36).slice(2)}`
  await server.sql.unsafe(`create database ${database}`)
  const stage = await openDatabase(server.url.replace(/[^/]*$/, database))
  const found: Take[] = []
  const clock = stagehand()
  const onPoint = async (point: string, detail: Record<string, unknown>) => {
    if (point !== 'commit.after') return
    const states = statesIn(detail.turns as never)
    if (states.size) found.push({ scene: name, n: found.length + 1, states, bytes: await stored(stage) })
  }
  const runtime = await createRuntime({
    database: stage,
    machines,
    activities: castOf(clock, scene.cast),
    clock,
    onPoint,
  })
  await runtime.start()
  const id = name.replaceAll(/\W+/g, '-')
  try {
    const { id: courier, input } = courierFor(id)
    await runtime.spawn('courier', { id: courier, input })
    const models = { planner: [], agent: [], judge: [], ...scene.models }
    await runtime.spawn('directive', { id, input: { id, file: fileOf(scene), createdAt: clock.now(), models } })
    await scene.course?.({ runtime, id, clock })
    const end = await runToEnd(runtime, id, clock)
    await runtime.settled()
    console.log(`${name}: ${end}, ${found.length} turns`)
  } finally {
    await runtime.close()
    await stage.close()
  }
  return found
}

async function stored({ sql }: Database): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of backupOf(sql)) parts.push(part)
  return Buffer.concat(parts)
}

type Turn = {
  loaded: { system: { actors: Map<string, { kind: string; actor: { _snapshot: any } }>; root: { _snapshot: any } } }
}

/** State nodes of living actors in systems that have not ended. */
function statesIn(turns: Turn[]): Set<string> {
  const living = turns.filter(({ loaded }) => loaded.system.root._snapshot.status === 'active')
  const actors = living.flatMap(({ loaded }) => [...loaded.system.actors.values()])
  const nodes = actors.flatMap(({ kind, actor }) =>
    kind === 'machine' && actor._snapshot.status === 'active' ? actor._snapshot._nodes : [],
  )
  return new Set(nodes.map(({ id }: { id: string }) => id))
}

/** Greedily: the one that adds most, again and again; every scene is there at least once. */
function fewest(all: Take[]): Take[] {
  const kept: Take[] = []
  const seen = new Set<string>()
  const adds = ({ states }: Take) => [...states].filter((state) => !seen.has(state)).length
  for (;;) {
    const best = all.reduce((one, other) => (adds(other) > adds(one) ? other : one))
    if (adds(best) === 0) break
    kept.push(best)
    for (const state of best.states) seen.add(state)
  }
  const left = Object.keys(scenes).filter((scene) => !kept.some((take) => take.scene === scene))
  for (const scene of left) {
    const own = all.filter((take) => take.scene === scene)
    kept.push(own[own.length >> 1]!)
  }
  return kept.sort((one, other) => (one.scene === other.scene ? one.n - other.n : one.scene < other.scene ? -1 : 1))
}

async function keep(kept: Take[]) {
  const folder = path.join(import.meta.dirname, label!)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const index = kept.map(({ scene, n, states, bytes }) => {
    const name = `${scene.replaceAll(/\W+/g, '-')}-${n}.sql.gz`
    return { name, scene, states: [...states].sort(), bytes: gzipSync(bytes, { level: 9 }) }
  })
  for (const { name, bytes } of index) await writeFile(path.join(folder, name), bytes)
  const lines = index.map(({ name, scene, states }) => `  ${JSON.stringify({ name, scene, states })}`)
  await writeFile(path.join(folder, 'index.json'), `[\n${lines.join(',\n')}\n]\n`)
  const covered = new Set(index.flatMap(({ states }) => states))
  const every = Object.values(machines).flatMap(({ machine }) => [...(machine as any).idMap.keys()] as string[])
  const bytes = index.reduce((sum, each) => sum + each.bytes.length, 0)
  console.log(`${kept.length} databases, ${bytes} bytes, show ${covered.size} of ${every.length} states; not`)
  console.log(every.filter((state) => !covered.has(state)).join(' '))
}
