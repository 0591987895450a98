import type { Context } from 'hono'
import type { DeliveryRef, Workspace } from '../machines/index.ts'
import { Problem } from './problem.ts'

type Stored = { sha256: string; bytes: number }
type Attempt = { directiveId: string; contractId: string; attempt: number }

/** How work gets to workers on other machines and back: made by whoever puts the program together. */
export type WorkTransfer = {
  /** The workspace's branch as a git bundle; null: there is no repository. */
  handOut(workspace: Workspace): Promise<AsyncIterable<Uint8Array> | null>
  /** null: longer than `maxBytes`, and not kept. */
  store(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Stored | null>
  isStored(content: Stored): Promise<boolean>
  /** How long the attempt's log is. */
  logBytes(attempt: Attempt): Promise<number>
  /** Puts a piece of output at its place (in bytes) in the attempt's log. */
  keepLog(attempt: Attempt, piece: { offset: number; text: string }): Promise<void>
}

/** What a delivery may be sent as. */
export const uploadTypes = {
  'application/x-git-bundle': 'commits on top of the workspace: `git bundle create - BRANCH ^BASE`',
  'text/x-patch': 'a patch against the workspace: `git diff --binary`',
}

const kinds: Record<string, DeliveryRef['kind']> = {
  'application/x-git-bundle': 'bundle',
  'text/x-patch': 'patch',
  'text/x-diff': 'patch',
}

/** Streams the request's body into the store. Problems: `body.not_upload_type` 415, `body.too_large` 413. */
export async function storeBody(c: Context, transfer: WorkTransfer, maxBytes: number): Promise<DeliveryRef> {
  const kind = kinds[c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '']
  const accept = Object.keys(uploadTypes).join(', ')
  if (!kind) throw new Problem(415, 'body.not_upload_type', `A delivery is sent as ${accept}`, {}, { accept })
  const tooLarge = () => new Problem(413, 'body.too_large', `A delivery may have at most ${maxBytes} bytes`)
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) throw tooLarge()
  const stored = await transfer.store(c.req.raw.body ?? nothing(), maxBytes)
  if (stored === null) throw tooLarge()
  return { ...stored, kind }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
