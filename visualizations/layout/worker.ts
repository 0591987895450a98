import { parentPort } from 'node:worker_threads'
import elk from 'elkjs/lib/elk.bundled.js'
import type { ElkNode } from 'elkjs/lib/elk-api.js'

// elkjs computes without giving way, half a second for the first chart: a thread of its own keeps the event loop free.
const engine = new elk.default()

parentPort?.on('message', ({ id, graph }: { id: number; graph: ElkNode }) => {
  engine.layout(graph).then(
    (laidOut: ElkNode) => parentPort?.postMessage({ id, laidOut }),
    (error: unknown) =>
      parentPort?.postMessage({ id, problem: error instanceof Error ? error.message : String(error) }),
  )
})
