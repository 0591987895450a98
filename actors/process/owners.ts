import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { contractVariable, ownerVariable, runVariable } from './environment.ts'
import { canSearch, sweep } from './tree.ts'

// A pid alone names nothing for long: it is used again. With the start time, the boot and the pid namespace it does.
const OwnerFile = z.strictObject({
  pid: z.number().int(),
  startedAt: z.string(),
  boot: z.string(),
  namespace: z.string(),
})
type OwnerFile = z.infer<typeof OwnerFile>

const folder = (home: string) => join(home, 'processes')

/** Where an owner's children have their temporary files. */
export const ownersTemporaryFolder = (home: string, owner: string) => join(home, 'tmp', owner)

/** Writes down, before anything is started, that this process may have children. Returns the id they carry. */
export function registerOwner(home: string): string {
  const id = randomBytes(6).toString('hex')
  mkdirSync(folder(home), { recursive: true })
  const file = join(folder(home), `${id}.json`)
  writeFileSync(`${file}.part`, JSON.stringify(identity(process.pid)))
  renameSync(`${file}.part`, file)
  return id
}

/**
 * Kills what dead owners left running (a SIGKILLed process cannot clean up behind itself) and forgets them. Processes are
 * recognised by the owner's id in their environment, never by pid. Their temporary files go, too. Returns how many it
 * killed.
 */
export async function sweepDeadOwners(home: string): Promise<number> {
  let killed = 0
  for (const id of deadOwners(home)) killed += await forgetOwner(home, id)
  return killed
}

/** Owners that cannot live any more. None where that cannot be told. */
export function deadOwners(home: string): string[] {
  if (!canSearch) return []
  const dead = (name: string) => {
    const owner = readOwner(join(folder(home), name))
    return !owner || !mayLive(owner)
  }
  return listOwners(home)
    .filter(dead)
    .map((name) => name.replace(/\.json$/, ''))
}

/** Kills what a dead owner left running, and removes its files. Returns how many it killed. */
export async function forgetOwner(home: string, id: string): Promise<number> {
  const killed = await sweep((variable) => variable(ownerVariable) === id)
  rmSync(ownersTemporaryFolder(home, id), { recursive: true, force: true, maxRetries: 3 })
  rmSync(join(folder(home), `${id}.json`), { force: true })
  return killed
}

/** Kills what earlier attempts of the same activity left running under this home, whichever process started it. */
export function sweepLeftovers(home: string, idempotencyKey: string, attempt: number): Promise<number> {
  const ours = startedUnder(home)
  return sweep((variable) => {
    const run = variable(runVariable) ?? ''
    const end = run.lastIndexOf('/')
    return run.slice(0, end) === idempotencyKey && Number(run.slice(end + 1)) < attempt && ours(variable(ownerVariable))
  })
}

/**
 * Kills what works on the same contract for another activity: that one was cancelled before this one was made, but the
 * process it runs in may not have heard of it yet.
 */
export function sweepContract(home: string, contractId: string, idempotencyKey: string): Promise<number> {
  const ours = startedUnder(home)
  return sweep(
    (variable) =>
      variable(contractVariable) === contractId &&
      !(variable(runVariable) ?? '').startsWith(`${idempotencyKey}/`) &&
      ours(variable(ownerVariable)),
  )
}

// Keys and contracts are named after directives, whose ids a caller may choose: another home may have the same ones.
function startedUnder(home: string): (owner: string | undefined) => boolean {
  const owners = new Set(listOwners(home))
  return (owner) => owners.has(`${owner}.json`)
}

function listOwners(home: string): string[] {
  try {
    return readdirSync(folder(home)).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

function readOwner(file: string): OwnerFile | undefined {
  try {
    return OwnerFile.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return undefined
  }
}

function mayLive(owner: OwnerFile): boolean {
  const self = identity(process.pid)
  if (owner.boot !== self.boot) return false
  // Another container on the same kernel: its pids mean nothing here, so it is not ours to judge.
  if (owner.namespace !== self.namespace) return true
  return owner.startedAt !== '' && owner.startedAt === startTime(owner.pid)
}

const identity = (pid: number): OwnerFile => ({
  pid,
  startedAt: startTime(pid),
  boot: orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
  namespace: orEmpty(() => readlinkSync('/proc/self/ns/pid')),
})

// Field 22 of /proc/<pid>/stat, counted behind the program's name: clock ticks since boot. A zombie has none: it is dead.
const startTime = (pid: number): string =>
  orEmpty(() => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const rest = fields.slice(fields.lastIndexOf(')') + 2).split(' ')
    return rest[0] === 'Z' ? '' : (rest[19] ?? '')
  })

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
