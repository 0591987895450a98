import type { Repository, Subject } from '../machines/index.ts'
import { ActivityFailure } from '../runtime/index.ts'
import { baseCommitOf, commitOf, type OpenRepository, openRepository, refOf, resultBranch } from './git/index.ts'
import type { Surroundings } from './surroundings.ts'

/** A commit of a repository at hand. */
export type OpenSubject = { repository: Repository; opened: OpenRepository; commit: string }

/** The commit that is meant: the one named, else the result's tip, else the base. null: there is no repository. */
export async function openSubject(
  { git, home }: Surroundings,
  directiveId: string,
  subject: Subject,
): Promise<OpenSubject | null> {
  const { repository } = subject
  if (repository === null) return null
  const opened = await openRepository(git, home, repository)
  if (subject.commit === null) {
    const tip = await commitOf(opened, refOf(resultBranch(directiveId)))
    return { repository, opened, commit: tip ?? (await baseCommitOf(opened)) }
  }
  const commit = await commitOf(opened, subject.commit)
  if (commit === undefined)
    throw new ActivityFailure('commit.unknown', `${opened.name} has no commit ${subject.commit}`)
  return { repository, opened, commit }
}
