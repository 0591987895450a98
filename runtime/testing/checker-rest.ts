import { checkActivityRows } from './checker-activities.ts'
import { isOver, type View, type Violation } from './checker-view.ts'

/** Once all is quiet nothing waits, nothing runs, nobody holds a lease, and every dead letter has its reason. */
export const checkRest = (view: View): Violation[] => [
  ...checkActivityRows(view),
  ...(view.tables?.mail ?? []).map(({ systemId, kind, id, due }) => ({
    ...{ rule: 'mail.left', system: systemId },
    sentence: `${kind} ${id}, due at ${due}, still waits for ${systemId}`,
  })),
  ...(view.tables?.processes ?? []).map(({ name }) => ({
    rule: 'lease.left',
    sentence: `process ${name} has closed and still holds its lease`,
  })),
  ...checkLetters(view),
]

const checkLetters = ({ systems, intents, tables }: View): Violation[] =>
  (tables?.deadLetters ?? []).flatMap(({ systemId, reason, event }) => {
    const record = systems.get(systemId)
    const explained: Record<string, boolean> = {
      'system.not_found': !record,
      'system.final': isOver(record),
      'actor.not_found': (intents.get(`${systemId} ${event.id}`)?.to ?? '') !== '',
    }
    if (explained[reason]) return []
    const sentence = `${event.type} ${event.id} to ${systemId} is a dead letter as ${reason}, which is not so`
    return [{ rule: 'letter.unexplained', system: systemId, sentence }]
  })
