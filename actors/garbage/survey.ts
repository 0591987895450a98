import type { Repository } from '../../machines/index.ts'
import type { OwnEnvironment } from '../process/index.ts'

/** A directive of the database that is looked at. */
export type KnownDirective = {
  id: string
  /** Milliseconds since 1970; null: it has not ended. */
  endedAt: number | null
  /** How long after its end what it said and put out is kept. Milliseconds. */
  keepMs: number
  /** Also what nobody has merged may go. */
  discard: boolean
}

export type Survey = {
  /** ADJUTANT_HOME. */
  home: string
  env: OwnEnvironment
  /** Milliseconds since 1970. */
  now: number
  directives: readonly KnownDirective[]
  /** Directives that no database at hand knows, whose folders may go all the same. */
  discardUnknown: readonly string[]
  /** Ids of directives with activities that are under way or to come. */
  busy: ReadonlySet<string>
  repositoryOf(directiveId: string): Promise<Repository | null>
  /** SHA-256 of all contents that the rows of these directives speak of. */
  mentionedBy(directiveIds: readonly string[]): Promise<ReadonlySet<string>>
}
