import type { Leftover, Survey } from '../actors/index.ts'
import { courierOf } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'

const day = 24 * 60 * 60_000

/**
 * Of directives that ended long enough ago what is old in their histories, and of couriers what is old in any case. What a
 * directive has come to stays: its last entry, and the lists it is in.
 */
export async function* oldHistories(runtime: Runtime, { directives, busy, now }: Survey): AsyncGenerator<Leftover> {
  for (const { id, endedAt, keepMs } of directives) {
    const before = new Date(now - keepMs)
    const isOver = endedAt !== null && endedAt <= before.getTime() && !busy.has(id)
    for (const system of isOver ? [id, courierOf(id)] : [courierOf(id)]) {
      const { first, seq, bytes } = await runtime.prunable(system, { before })
      if (first >= seq) continue
      const reason = `${seq - first} entries of the database, older than ${Math.max(7, Math.floor(keepMs / day))} days`
      const remove = async () => void (await runtime.prune(system, { before }))
      yield { kind: 'history', path: system, directiveId: id, bytes, reason, remove }
    }
  }
}
