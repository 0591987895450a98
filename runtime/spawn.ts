import { createHash } from 'node:crypto'
import type { Store } from '../db/index.ts'
import type { Clock } from './clock.ts'
import type { Fate } from './commit-batch.ts'
import { decode, encode } from './encoding.ts'
import type { Engine } from './engine.ts'
import { Rejection } from './failures.ts'
import { LiveSystem, type Surroundings } from './live-system.ts'
import { pause, type Platform } from './platform.ts'
import { outsideCodec } from './refs.ts'
import { definitionOf } from './registry.ts'
import type { Loaded } from './slot.ts'
import { createTurn } from './turn.ts'
import { newSystemId } from './uuid.ts'

export type SpawnOptions = { id?: string; input?: unknown; tenant?: string }
type Options = { store: Store; clock: Clock; platform: Platform; engine: Engine; around: Surroundings }

const ID = /^[A-Za-z0-9._:@-]{1,200}$/

/**
 * Creates a system; durable once this returns. An id that exists with the same machine and input is returned as it is.
 * Rejections: `machine.unknown`, `system.invalid_id`, `input.invalid`, `system.exists`, or the defect of the first turn.
 */
export async function spawnSystem(
  options: Options,
  name: string,
  { id, input, tenant = '' }: SpawnOptions,
): Promise<{ id: string }> {
  const { store, engine } = options
  const system = id ?? newSystemId()
  if (!ID.test(system)) throw new Rejection('system.invalid_id', 'a system id is 1 to 200 letters, digits or . _ : @ -')
  const inputHash = hashed(name, tenant, input)
  const known = id === undefined ? undefined : await existing(store, system, inputHash)
  if (known) return known
  const slot = engine.slots.ensure(system)
  if (slot.busy || slot.live)
    return (await existing(store, system, inputHash)) ?? again(options, name, { id, input, tenant })
  slot.busy = true
  const fate = await firstTurn(options, name, system, { input, tenant, inputHash }).catch((error: unknown) => {
    slot.busy = false
    engine.slots.settle(slot)
    throw error
  })
  if (fate.fate === 'committed') return { id: system }
  if (fate.fate === 'poison')
    throw new Rejection((fate.error as Rejection).code, fate.error.message, { cause: fate.error })
  if (fate.fate === 'unknown')
    throw new Rejection('send.unknown', 'the database went away before it answered', { cause: fate.error })
  return (await existing(store, system, inputHash)) as { id: string }
}

// Another spawn of the same id is under way in this process.
async function again(options: Options, name: string, spawn: SpawnOptions) {
  await pause(options.platform, 5)
  return spawnSystem(options, name, spawn)
}

function hashed(name: string, tenant: string, input: unknown): string {
  try {
    return createHash('sha256')
      .update(`${name}\n${tenant}\n${JSON.stringify(encode(input, outsideCodec))}`)
      .digest('hex')
  } catch (error) {
    throw new Rejection('input.invalid', `the input cannot be stored: ${(error as Error).message}`, { cause: error })
  }
}

async function existing(store: Store, id: string, inputHash: string): Promise<{ id: string } | undefined> {
  const [head] = await store.systemHead(id)
  if (!head) return undefined
  if (head.inputHash === inputHash) return { id }
  throw new Rejection('system.exists', `system ${id} exists with another machine or input`)
}

type First = { input: unknown; tenant: string; inputHash: string }

async function firstTurn({ clock, engine, around }: Options, name: string, id: string, first: First): Promise<Fate> {
  const entry = around.registry.entry(name)
  if (!entry) throw new Rejection('machine.unknown', `no machine is registered as ${name}`)
  const { machine, version } = entry
  const system = new LiveSystem({ id, name, version, machine, seq: 0 }, around)
  // What the caller goes on using is not to be frozen.
  const input = entry.immutable ? decode(encode(first.input, outsideCodec), outsideCodec) : first.input
  const turn = createTurn(system, input, clock.now())
  const identity = {
    id,
    machine: name,
    version,
    definition: definitionOf(machine),
    tenant: first.tenant,
    inputHash: first.inputHash,
  }
  const loaded: Loaded = {
    system,
    identity,
    time: turn.time,
    checkpointSeq: 0,
    persisted: new Set(),
    projected: new Map(),
  }
  return new Promise((created) => {
    engine.beget({ slot: engine.slots.ensure(id), loaded, turn, delivered: [], created })
  })
}
