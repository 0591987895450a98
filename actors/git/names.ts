import { ActivityFailure } from '../../runtime/index.ts'

/** A name that is to become part of a path or of a ref: refused unless it can be nothing else. */
export function safeName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name) && !name.includes('..') && !/\.(lock|json)$/.test(name)) return name
  throw new ActivityFailure('name.unsafe', `"${name}" cannot be part of a path or branch name`)
}

export const resultBranch = (directiveId: string) => `adjutant/${safeName(directiveId)}/result`

export const stepBranch = (directiveId: string, step: string, generation: number) =>
  `adjutant/${safeName(directiveId)}/steps/${safeName(`${step}-g${generation}`)}`

export const refOf = (branch: string) => `refs/heads/${branch}`

/** How a commit says which contract it belongs to, so that it is found again after a crash. */
export const contractTrailer = 'Adjutant-Contract'
export const attemptTrailer = 'Adjutant-Attempt'
