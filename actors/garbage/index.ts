import { existsSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { contractVariable, isCarried } from '../process/index.ts'
import { contentsLeft } from './contents.ts'
import { foldersIn, type Leftover, sizeOf } from './leftover.ts'
import { namedAfterDirectives, recordsOf } from './records.ts'
import type { KnownDirective, Survey } from './survey.ts'
import { temporaryIn } from './temporary.ts'
import { workspacesOf } from './workspaces.ts'

export type { Leftover } from './leftover.ts'
export type { KnownDirective, Survey } from './survey.ts'

/**
 * What takes room under ADJUTANT_HOME without being worked with, each with the reason why it can go or has to stay. Looking
 * changes nothing. Of a directive that has not ended, or of which something still runs, nothing is listed.
 */
export async function* surveyHome(options: Survey): AsyncGenerator<Leftover> {
  if (!existsSync(options.home)) return
  const survey = { ...options, home: realpathSync(options.home) }
  for (const directive of survey.directives) {
    if (!hasEnded(survey, directive)) continue
    yield* workspacesOf(survey, directive)
    yield* recordsOf(survey, directive)
  }
  yield* temporaryIn(survey)
  const unknown = [...unknownIn(survey)]
  yield* unknown
  // Another database may speak of contents that this one has never heard of.
  if (unknown.some(({ remove }) => remove === null)) return
  yield* await contentsLeft(
    survey,
    survey.directives.filter((known) => isKept(survey, known)).map(({ id }) => id),
  )
}

// Contracts are named `<directive>.<step>`. What a person started in there is not seen.
const hasEnded = ({ busy }: Survey, { id, endedAt }: KnownDirective): boolean =>
  endedAt !== null &&
  !busy.has(id) &&
  !isCarried((variable) => variable(contractVariable)?.startsWith(`${id}.`) ?? false)

const isKept = (survey: Survey, directive: KnownDirective): boolean =>
  !hasEnded(survey, directive) || (directive.endedAt ?? survey.now) + directive.keepMs > survey.now

function* unknownIn({ home, directives, discardUnknown }: Survey): Generator<Leftover> {
  const known = new Set(directives.map(({ id }) => id))
  const places = namedAfterDirectives(home)
  const names = new Set(places.flatMap(foldersIn).map((folder) => basename(folder)))
  for (const id of [...names].filter((name) => !known.has(name)).sort()) {
    const paths = places.map((place) => join(place, id)).filter((path) => existsSync(path))
    const remove = () => paths.forEach((path) => rmSync(path, { recursive: true, force: true, maxRetries: 3 }))
    yield {
      kind: 'unknown',
      path: paths[0] as string,
      directiveId: id,
      bytes: paths.reduce((sum, path) => sum + sizeOf(path), 0),
      reason: 'of a directive that this database does not know: it may be in another one',
      remove: discardUnknown.includes(id) ? remove : null,
    }
  }
}
