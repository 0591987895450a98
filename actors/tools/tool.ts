import type { z } from 'zod'
import type { ContractBrief } from '../../machines/index.ts'
import type { ActivityContext } from '../../runtime/index.ts'
import type { Surroundings } from '../surroundings.ts'

/** Where the calls of one turn are carried out. */
export type Bench = {
  surroundings: Surroundings
  context: Pick<ActivityContext, 'idempotencyKey' | 'attempt' | 'signal'>
  contract: ContractBrief
  /** The workspace: absolute, without symbolic links. */
  root: string
  /** The attempt's folder, on the workspace's file system. */
  folder: string
  /** Milliseconds that are left for all calls together. */
  left: () => number
  /** The SHA-256 of what this call was about to make of a file when an earlier attempt of it died; null: none was. */
  begun: string | null
  /** To be told before a file is replaced. */
  begin: (sha256: string) => void
}

/** What a call came to. */
export type Result = {
  /** For the model. */
  text: string
  /** For people who follow: a few words. */
  line: string
  /** What was changed, run or looked at, as something that can be recognised when it comes again. null: nothing. */
  mark: string | null
  /** Only of `deliver`: the summary. */
  delivered?: string
}

export type Tool<Arguments = any> = {
  name: string
  /** For the model. */
  description: string
  arguments: z.ZodType<Arguments>
  /** Whether it leaves the workspace as it is: such a tool is offered for every type of step. */
  reads: boolean
  use: (asked: Arguments, bench: Bench) => Result | Promise<Result>
}

/** The call cannot be carried out as it was asked for; told to the model. Codes are `path.outside`, `file.binary` … */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: string
  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
