import { plain, type Terminal } from './terminal.ts'

/** An emitted event as the runtime hands it out; `event` is what the machine emitted. */
export type EmittedRow = { seq: number; n: number; at: Date; address: string; event: Record<string, unknown> }

export type Told = {
  seq: number
  n: number
  at: string
  type: string
  severity: string
  actor: { type: string; id: string }
  chainId?: string
  stepId?: string
  data: Record<string, unknown> & { message?: string }
}

/** The event as programs get it: flat, time as ISO 8601. */
export const toldOf = ({ seq, n, at, event }: EmittedRow): Told =>
  ({ seq, n, at: new Date(at).toISOString(), ...event }) as unknown as Told

const colors = { debug: 'dim', info: 'cyan', warning: 'yellow', error: 'red' } as const

const signs: Record<string, string> = {
  'directive.completed': '✔',
  'directive.failed': '✖',
  'step.started': '▶',
  'step.rework': '↻',
  'step.blocked': '■',
  'evaluation.completed': '⚖',
  'contract.offered': '?',
  'contract.claimed': '▷',
  'contract.lapsed': '↻',
  'contract.withdrawn': '⏸',
  'approval.required': '?',
  'approval.resolved': '!',
  'chain.created': '+',
  'chain.regenerated': '+',
  'breaker.tripped': '⏸',
  'model.parked': '⏸',
  'pull_request.published': '⇡',
}

/** A line for people: time of day, step, what happened. One line whatever the message holds. */
export function eventLine(told: Told, terminal: Pick<Terminal, 'style'>): string {
  const time = new Date(told.at).toTimeString().slice(0, 8)
  const color = told.type === 'directive.completed' ? 'green' : (colors[told.severity as keyof typeof colors] ?? 'cyan')
  const sign = terminal.style(color, signs[told.type] ?? '·')
  const step = (told.stepId ?? '').replace(/-g\d+$/, '')
  const message = plain(told.data.message ?? '').replaceAll(/\s+/g, ' ') || told.type
  // The step's name has a column of its own.
  const rest = step && message.startsWith(`${step} `) ? message.slice(step.length + 1) : message
  return `${terminal.style('dim', time)} ${sign} ${step.padEnd(12)} ${rest}`
}
