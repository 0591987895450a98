import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Only the hash is kept: 256 random bits need no salt and no slow hash. */
export type TokenHash = string

export const hashOf = (token: string): TokenHash => createHash('sha256').update(token, 'utf8').digest('hex')

/** `all`: may do everything. `workers`: may only do contracts that are offered to workers. */
export type TokenHashes = { all: TokenHash; workers: readonly TokenHash[] }
export type Role = 'all' | 'worker'

/** A new bearer token (256 random bits, `adj_` and base64url) and the hash by which it is recognised. */
export function createToken(): { token: string; hash: TokenHash } {
  const token = `adj_${randomBytes(32).toString('base64url')}`
  return { token, hash: hashOf(token) }
}

/** Whether `presented` is the token of `hash`; takes the same time whatever differs. */
export const isToken = (presented: string, hash: TokenHash): boolean =>
  timingSafeEqual(Buffer.from(hashOf(presented), 'hex'), Buffer.from(hash, 'hex'))

/** Whose token it is; null: nobody's. Takes the same time whatever differs, also between the tokens of workers. */
export function roleOf(presented: string, { all, workers }: TokenHashes): Role | null {
  const isWorker = workers.map((hash) => isToken(presented, hash)).includes(true)
  if (isToken(presented, all)) return 'all'
  return isWorker ? 'worker' : null
}

/**
 * The hash kept in `hashFile`; at first start a new token's, and then `token` is told, once: it is nowhere else.
 * Throws `Error` when the file is there but holds no hash.
 */
export async function openToken(hashFile: string): Promise<{ hash: TokenHash; token?: string }> {
  const kept = await readHash(hashFile)
  if (kept) return { hash: kept }
  const created = createToken()
  if (await writeOnce(hashFile, `${created.hash}\n`)) return created
  return { hash: (await readHash(hashFile))! }
}

async function readHash(file: string): Promise<TokenHash | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const hash = text.trim()
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error(`${file} holds no token hash; remove it to make a new token`)
  return hash
}

/** Written beside and linked: a reader sees the whole file or none, and of two first starts one wins. */
async function writeOnce(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
