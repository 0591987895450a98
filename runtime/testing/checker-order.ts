import type { Intent, Sent, View, Violation } from './checker-view.ts'

type Placed = { sent: Sent; seq: number }

/** Sends through one runtime keep their order, and so do all once a send was answered as processed. */
export const checkOrder = (view: View): Violation[] => [...senderOrder(view), ...processedOrder(view)]

const name = ({ sent }: Placed) => `${sent.operation.event.type} ${sent.operation.event.id}`

// Sent once, answered, and not put off: of those the order is promised.
function placed({ intents }: View): Placed[] {
  const once = [...intents.values()].filter(
    (intent: Intent) => intent.sends.length === 1 && intent.deliveries.length === 1,
  )
  return once
    .map(({ sends, deliveries }) => ({ sent: sends[0] as Sent, seq: deliveries[0]?.seq as number }))
    .filter(({ sent }) => sent.outcome.as === 'acknowledged' && sent.operation.options.delay === undefined)
    .sort((a, b) => a.sent.begun - b.sent.begun)
}

function senderOrder(view: View): Violation[] {
  const last = new Map<string, Placed>()
  return placed(view).flatMap((each) => {
    const { system } = each.sent.operation
    const by = `${each.sent.sender} ${system}`
    const before = last.get(by)
    if (before && before.seq > each.seq) {
      const sentence = `${each.sent.sender} sent ${name(before)} before ${name(each)} to ${system}, where it came after it`
      return [{ rule: 'order.sender', system, seq: each.seq, sentence }]
    }
    last.set(by, each)
    return []
  })
}

// What was begun after a send was answered as processed comes after it, whoever sent it.
function processedOrder(view: View): Violation[] {
  const all = placed(view)
  const processed = all
    .filter(({ sent }) => sent.operation.options.wait === 'processed')
    .sort((a, b) => a.sent.ended - b.sent.ended)
  const floors = new Map<string, Placed>()
  let next = 0
  return all.flatMap((each) => {
    for (; next < processed.length && (processed[next] as Placed).sent.ended < each.sent.begun; next++) {
      const done = processed[next] as Placed
      const floor = floors.get(done.sent.operation.system)
      if (!floor || floor.seq < done.seq) floors.set(done.sent.operation.system, done)
    }
    const { system } = each.sent.operation
    const floor = floors.get(system)
    if (!floor || floor.seq < each.seq) return []
    const sentence = `${name(each)} was sent to ${system} after ${name(floor)} was processed, and came before it`
    return [{ rule: 'order.processed', system, seq: each.seq, sentence }]
  })
}
