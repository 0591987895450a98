import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ElkNode } from 'elkjs/lib/elk-api.js'

type Answer = { id: number; laidOut: ElkNode } | { id: number; problem: string }
type Waiting = { resolve(laidOut: ElkNode): void; reject(error: Error): void }

const waiting = new Map<number, Waiting>()
let worker: Worker | undefined
let last = 0

/** Places and sizes for a graph, by ELK in a thread of its own. The thread does not keep the process alive. */
export function layOut(graph: ElkNode): Promise<ElkNode> {
  worker ??= start()
  worker.ref()
  const id = ++last
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    worker?.postMessage({ id, graph })
  })
}

function start(): Worker {
  // The compiled package holds it as JavaScript.
  const started = new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url))
  started.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) started.unref()
    if ('laidOut' in answer) asked?.resolve(answer.laidOut)
    else asked?.reject(new Error(`the picture could not be laid out: ${answer.problem}`))
  })
  started.on('error', (error) => {
    if (worker === started) worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  })
  return started
}
