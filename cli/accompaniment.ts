import { Answering, type Send } from './answering.ts'
import { hostsBeside, withAdjutant, type Adjutant } from './compose.ts'
import { deliver } from './control.ts'
import { departure } from './departure.ts'
import { isFinal, viewDirective, waitsForPerson, type DirectiveView } from './directive-view.ts'
import { ending } from './ending.ts'
import { eventLine, type Told } from './event-line.ts'
import { emittedAfter, follow, type Cursor } from './following.ts'
import { short } from './identity.ts'
import { openKeyboard } from './keyboard.ts'
import { listsOf, pictureOf, type Lists } from './live-picture.ts'
import { openProgress, type Progress } from './progress.ts'
import { exit, type ExitCode } from './refusal.ts'
import type { Shell } from './shell.ts'
import { StepTimes } from './step-times.ts'

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
  /** Others work on it, if anybody does: Ctrl-C ends the looking only. */
  looksOn?: boolean
  /** Ask the person at the terminal what waits for an answer. */
  input?: boolean
  /** The state that somebody wants it to come to: then all is well. */
  wanted?: string | undefined
}

/** Shows what happens in a directive until it ends, waits for a person only, or Ctrl-C; says how it ended. */
export async function accompany(
  shell: Shell,
  adjutant: Adjutant,
  id: string,
  company: Company = {},
): Promise<ExitCode> {
  const { terminal, interruption, interrupted } = shell
  // Who only looks on takes no turns, but for as long as an answer needs.
  const send: Send = ({ systemId, address }, command) =>
    company.looksOn
      ? withAdjutant(shell, 'control', (own) => deliver(own, systemId, command, address))
      : deliver(adjutant, systemId, command, address)
  const again = company.looksOn ? undefined : interruption.claimSecond()
  const progress = openProgress(terminal)
  const answering = company.input && terminal.live ? new Answering(shell, progress, send) : undefined
  const keyboard = terminal.live
    ? openKeyboard(process.stdin, {
        press: (key) => answering?.press(key),
        interrupt: interruption.press,
        away: progress.pause,
        back: progress.goOn,
      })
    : undefined
  try {
    const view = await follows(shell, adjutant, id, company, { progress, answering: keyboard && answering })
    if (!interrupted.aborted || isFinal(view)) {
      return ending(terminal, view, view.state === company.wanted ? exit.completed : undefined)
    }
    return await departure(shell, adjutant, id, again?.signal)
  } finally {
    progress.end()
    keyboard?.close()
    again?.release()
  }
}

type Screen = { progress: Progress; answering: Answering | undefined }

/** Resolves with the directive as it is when nothing moves any more, or when interrupted. */
async function follows(
  { terminal, interrupted }: Shell,
  { runtime }: Adjutant,
  id: string,
  { after, wait, responder, looksOn }: Company,
  { progress, answering }: Screen,
): Promise<DirectiveView> {
  const painter = await openPainter(terminal, runtime, id, { progress, after })
  let view = await viewDirective(runtime, id)
  if (looksOn && !isFinal(view) && !waitsForPerson(view) && (await hostsBeside(runtime, id)).length === 0) {
    terminal.warn(`Nobody works on it now: \`adjutant serve\` would, or \`adjutant run ${short(id)}\`.`)
  }
  const answered = () => view.approvals.filter((approval) => responder?.answers(approval))
  const ended = async () => {
    const before = new Set(view.approvals.map(({ address }) => address))
    view = await viewDirective(runtime, id)
    await painter.paint(view)
    // What led to a question is told first.
    answering?.offer({ ...view, approvals: view.approvals.filter(({ address }) => before.has(address)) })
    const expected = answered().length > 0 || answering?.awaits(view)
    return isFinal(view) || (!wait && waitsForPerson(view) && !expected)
  }
  const respond = async () => {
    for (const approval of answered()) await responder?.answer(approval, terminal.say)
  }
  try {
    await respond()
    for await (const told of follow(runtime, id, { after, signal: interrupted, ended })) {
      terminal.data(told)
      painter.learn(told)
      if (isWorthALine(told, terminal.live)) terminal.say(eventLine(told, terminal))
      if (told.type === 'approval.required') await ended().then(respond)
    }
    return view
  } finally {
    progress.end()
  }
}

/** The block of a live terminal shows the states of steps already. */
const isWorthALine = ({ severity, type }: Told, live: boolean): boolean =>
  severity !== 'debug' && !(live && type === 'step.status_changed')

// Lists are read as often as a person can take in, and of long chains for a tenth of the time at most.
const readEveryMs = 200
// Beyond this so much was told that reading it again only for the clocks of steps takes seconds.
const tooMuchToRead = 20_000

/** Keeps the picture of a directive up to date; on anything but a live terminal it reads nothing. */
async function openPainter(
  terminal: Shell['terminal'],
  runtime: Adjutant['runtime'],
  id: string,
  { progress, after }: { progress: Progress; after: Cursor | undefined },
) {
  const times = new StepTimes()
  if (!terminal.live) return { learn: () => undefined, paint: async () => undefined }
  if (after && after.seq < tooMuchToRead) {
    for await (const told of emittedAfter(runtime, id, { seq: 0, n: 0 })) times.learn(told)
  }
  let lists: Lists | undefined
  let readAgainAt = 0
  return {
    learn: (told: Told) => times.learn(told),
    paint: async (view: DirectiveView) => {
      const begun = performance.now()
      if (!lists || begun >= readAgainAt || isFinal(view)) {
        lists = await listsOf(runtime, id)
        const took = performance.now() - begun
        readAgainAt = begun + Math.max(readEveryMs, 10 * took)
      }
      progress.show(pictureOf(view, lists, times))
    },
  }
}
