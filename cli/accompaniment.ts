import type { Adjutant } from './compose.ts'
import { isFinal, viewDirective, waitsForPerson, type DirectiveView } from './directive-view.ts'
import { ending } from './ending.ts'
import { eventLine, type Told } from './event-line.ts'
import { follow, type Cursor } from './following.ts'
import { short } from './identity.ts'
import { openProgress, type Picture } from './progress.ts'
import { exit, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'

export type Approval = DirectiveView['approvals'][number]

/** Somebody at hand who answers approvals. */
export type Responder = {
  answers(approval: Approval): boolean
  answer(approval: Approval, say: (line: string) => void): Promise<void>
}

export type Company = {
  after?: Cursor | undefined
  /** Stay while a person is waited for. */
  wait?: boolean | undefined
  responder?: Responder
}

/** Shows what happens in a directive until it ends, waits for a person only, or Ctrl-C; says how it ended. */
export async function accompany(
  shell: Shell,
  { runtime }: Adjutant,
  id: string,
  { after, wait, responder }: Company = {},
): Promise<ExitCode> {
  const { terminal, interrupted } = shell
  const progress = openProgress(terminal)
  let view = await viewDirective(runtime, id)
  const answered = () => view.approvals.filter((approval) => responder?.answers(approval))
  const ended = async () => {
    view = await viewDirective(runtime, id)
    progress.show(pictureOf(view))
    return isFinal(view) || (!wait && waitsForPerson(view) && answered().length === 0)
  }
  const respond = async () => {
    for (const approval of answered()) await responder?.answer(approval, progress.say)
  }
  try {
    await respond()
    for await (const told of follow(runtime, id, { after, signal: interrupted, ended })) {
      terminal.data(told)
      if (isWorthALine(told, terminal.live)) progress.say(eventLine(told, terminal))
      if (told.type === 'approval.required') await ended().then(respond)
    }
  } finally {
    progress.end()
  }
  if (!interrupted.aborted || isFinal(view)) return ending(terminal, view)
  terminal.say(`Interrupted; nothing is lost. \`adjutant run ${short(id)}\` goes on.`)
  return exit.interrupted
}

/** The block of a live terminal shows the states of steps already. */
const isWorthALine = ({ severity, type }: Told, live: boolean): boolean =>
  severity !== 'debug' && !(live && type === 'step.status_changed')

const pictureOf = ({ state, context, steps }: DirectiveView): Picture => ({
  title: context.file.title,
  status: state,
  startedAt: context.startedAt ?? undefined,
  steps: steps.map(({ name, state: status, waiting, reworkCount, depth }) => ({
    name,
    status,
    detail: [status, waiting && 'waits for an answer', reworkCount > 0 && `rework ${reworkCount}`]
      .filter(Boolean)
      .join(', '),
    depth,
  })),
})
