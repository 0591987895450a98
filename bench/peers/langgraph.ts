import { Annotation, StateGraph } from '@langchain/langgraph'
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres'
import pg from 'pg'
import { notes } from '../account.ts'
import { createMeter, type Contestant } from '../measurement.ts'
import { versionOf } from '../version.ts'

const State = Annotation.Root({
  n: Annotation<number>(),
  notes: Annotation<Record<string, string>>(),
})
const SUPERSTEPS = 50

const superstep: Contestant = {
  name: 'LangGraph, supersteps',
  version: `${versionOf('@langchain/langgraph')}, checkpointer ${versionOf('@langchain/langgraph-checkpoint-postgres')}`,
  unit: `a superstep that changes 1.5 kB of state, its checkpoint in Postgres before the next (durability sync), ${SUPERSTEPS} in each run of a thread`,
  concurrencies: [8, 32, 100],
  async run({ url }, { seconds, concurrency }) {
    const pool = new pg.Pool({ connectionString: url, max: 20 })
    const checkpointer = new PostgresSaver(pool)
    await checkpointer.setup()
    const meter = createMeter({ seconds, warmUp: 3 })
    const graph = new StateGraph(State)
      .addNode('transition', ({ n }) => {
        meter.count()
        return { n: n + 1 }
      })
      .addEdge('__start__', 'transition')
      .addConditionalEdges('transition', ({ n }) => (n % SUPERSTEPS ? 'transition' : '__end__'))
      .compile({ checkpointer })
    const loop = async (_: unknown, thread: number) => {
      for (let n = 0; meter.open; n++) {
        const config = { configurable: { thread_id: `${thread}-${n}` }, recursionLimit: 2 * SUPERSTEPS }
        await graph.invoke({ n: 0, notes: notes() }, { ...config, durability: 'sync' })
      }
    }
    await Promise.all(Array.from({ length: concurrency }, loop))
    const rate = await meter.rate()
    await pool.end()
    return rate
  },
}

export const contestants = [superstep]
