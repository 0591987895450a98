import {
  isOver,
  isWorkload,
  intentName,
  lettersOf,
  type Intent,
  type Sent,
  type View,
  type Violation,
} from './checker-view.ts'

/** Acknowledged sends are there exactly once, refused ones never, unknown ones at most once. */
export const checkSends = (view: View): Violation[] => [
  ...[...view.intents.values()].flatMap((intent) => checkIntent(view, intent)),
  ...unsent(view),
  ...checkSpawns(view),
]

function checkIntent(view: View, intent: Intent): Violation[] {
  const { system, event, deliveries } = intent
  const found: Violation[] = []
  const tell = (rule: string, what: string) =>
    found.push({ rule, system, sentence: `${event.type} ${event.id} to ${system}${at(intent)} ${what}` })
  const letters = lettersOf(view, system, event.id)
  if (deliveries.length > 1) tell('send.doubled', `was delivered ${deliveries.length} times`)
  // A key whose event reached nobody may be sent again: each send is delivered or a dead letter.
  if (letters.length && deliveries.length + letters.length > intent.sends.length)
    tell('letter.untrue', `was sent ${intent.sends.length} times and is ${letters.length} dead letters besides`)
  const counted = countOf(view, intent)
  if (counted !== undefined && counted !== deliveries.length)
    tell('context.miscounted', `is ${counted} times in the context and ${deliveries.length} times in the journal`)
  if (!deliveries.length && acknowledged(intent) && !excused(view, intent, letters.length))
    tell('send.lost', 'was acknowledged and never delivered')
  if (deliveries.length && intent.sends.every(({ outcome }) => outcome.as === 'refused'))
    tell('send.refused_yet_delivered', 'was refused and delivered all the same')
  for (const sent of intent.sends) found.push(...checkAnswer(view, intent, sent))
  return found
}

const at = ({ to }: Intent) => (to ? `/${to}` : '')
const acknowledged = ({ sends }: Intent) => sends.some(({ outcome }) => outcome.as === 'acknowledged')

// What a clerk got is in a context that goes with the clerk.
function countOf({ systems }: View, { system, to, event }: Intent): number | undefined {
  const got = systems.get(system)?.snapshot.context?.got as string[] | undefined
  return to === '' ? got?.filter((id) => id === event.id).length : undefined
}

/** Accepted mail may come too late: the system has ended, or the actor it was for. Then it is a dead letter. */
function excused({ systems, tables }: View, { system, to }: Intent, letters: number): boolean {
  const mayMiss = to !== '' || isOver(systems.get(system))
  return tables ? letters > 0 && mayMiss : mayMiss
}

function checkAnswer(view: View, intent: Intent, { outcome, operation, at: asked }: Sent): Violation[] {
  const { system, event, deliveries, to } = intent
  const about = `${event.type} ${event.id} to ${system}${to ? `/${to}` : ''}`
  const first = deliveries[0]
  if (outcome.as === 'acknowledged' && outcome.seq !== undefined && outcome.seq !== first?.seq)
    return [
      { rule: 'answer.untrue', system, sentence: `${about} was answered with entry ${outcome.seq}, which is not it` },
    ]
  if (outcome.as === 'refused' && !mayRefuse(view, intent, outcome.code))
    return [{ rule: 'refusal.untrue', system, sentence: `${about} was refused with ${outcome.code} for no reason` }]
  const { delay } = operation.options
  if (delay === undefined || view.clockSlackMs === undefined || intent.sends.length > 1 || !first) return []
  if (first.at >= asked + delay - view.clockSlackMs) return []
  const early = asked + delay - first.at
  return [
    { rule: 'delay.early', system, seq: first.seq, sentence: `${about} came ${early} ms before its delay was over` },
  ]
}

function mayRefuse({ systems, spawned: answered }: View, { system, to, sends }: Intent, code: string): boolean {
  if (code === 'system.not_found') {
    const spawned = answered.get(system)
    return !spawned || sends.some(({ begun }) => begun < spawned.ended)
  }
  if (code === 'system.final') return isOver(systems.get(system))
  if (code === 'actor.not_found') return to !== '' || isOver(systems.get(system))
  return code.startsWith('runtime.')
}

/** What nobody sent. A clerk's note may be its ledger's question. */
const unsent = ({ systems, intents }: View): Violation[] =>
  [...systems.values()].flatMap(({ id: system, history }) =>
    history
      .filter((entry) => isWorkload(entry) && entry.event.from === undefined)
      .filter(({ event, address }) => {
        const intent = intents.get(intentName(system, event as { id: string }))
        const asked = intent?.event.type === 'ask' && event.type === 'note' && address !== ''
        return !asked && (intent?.event.type !== event.type || intent?.to !== address)
      })
      .map(({ seq, event, address }) => ({
        ...{ rule: 'event.unsent', system, seq },
        sentence: `${event.type} ${event.id} was delivered to ${system}/${address}, and nobody sent it there`,
      })),
  )

const checkSpawns = ({ systems, spawns }: View): Violation[] =>
  spawns.flatMap(({ operation: { id }, outcome }) => {
    const there = systems.has(id)
    if (outcome.as === 'acknowledged' && !there)
      return [{ rule: 'spawn.lost', system: id, sentence: `the spawn of ${id} was acknowledged, and it is not there` }]
    if (outcome.as === 'refused' && !outcome.code.startsWith('runtime.'))
      return [{ rule: 'refusal.untrue', system: id, sentence: `the spawn of ${id} was refused with ${outcome.code}` }]
    return []
  })
