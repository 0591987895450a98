import { stat } from 'node:fs/promises'
import type { Workspace } from '../../machines/index.ts'
import { contentFile } from '../content.ts'
import type { Surroundings } from '../surroundings.ts'
import { handOut } from './handing-out.ts'
import { type AttemptPlace, keepLog, logBytes } from './log.ts'
import { type Stored, storeUpload } from './upload.ts'

export { DeliveryRefusal } from './refusal.ts'
export { takeOver } from './taking-over.ts'

/** How work gets to workers on other machines and back. */
export const createTransfer = ({ home, owner, git, redact }: Surroundings) => ({
  handOut: (workspace: Workspace) => handOut(git, { home, owner }, workspace),
  store: (body: AsyncIterable<Uint8Array>, maxBytes: number) => storeUpload({ home, owner }, body, maxBytes),
  isStored: async ({ sha256, bytes }: Stored) =>
    (await stat(contentFile(home, sha256)).catch(() => undefined))?.size === bytes,
  logBytes: (attempt: AttemptPlace) => logBytes(home, attempt),
  keepLog: (attempt: AttemptPlace, piece: { offset: number; text: string }) =>
    keepLog({ home, redact }, attempt, piece),
})
