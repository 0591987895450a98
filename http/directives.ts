import { Hono } from 'hono'
import type { Context } from 'hono'
import { z } from 'zod'
import { DirectiveFile, directiveCommands } from '../machines/index.ts'
import type { DirectiveContext } from '../machines/index.ts'
import { Rejection } from '../runtime/index.ts'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { answerPending, giveCommand, readCommand } from './command.ts'
import { checkChain, checkFile } from './file-problems.ts'
import { directiveIdFor, idempotencyKeyOf, keyReused } from './idempotency.ts'
import { pageOf, PageQuery, wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { readBody, readQuery } from './request.ts'
import { headOf, instant } from './state.ts'

const DirectivesQuery = PageQuery.extend({
  state: z.enum(['draft', 'planning', 'active', 'paused', 'completed', 'failed']).optional(),
})

/** The commands that the API offers, each at its last word: `/v1/directives/:id/start`. */
const offered = (['start', 'pause', 'resume', 'stop', 'replan'] as const).map((verb) => ({
  verb,
  schema: directiveCommands[`directive.${verb}`],
}))

/** Mounted at `/v1/directives`. */
export function directives(runtime: Runtime): Hono {
  const app = new Hono()
  app.post('/', (c) => create(c, runtime))
  app.get('/', async (c) => {
    const { state, ...page } = readQuery(c, DirectivesQuery)
    const { rows, cursor } = await pageOf(runtime, 'directive', { key: state, ...page })
    return c.json({ directives: rows.map(({ data }) => summaryOf(data)), cursor })
  })
  app.get('/:id', async (c) => c.json(await read(runtime, c.req.param('id'))))
  for (const { verb, schema } of offered) {
    app.post(`/:id/${verb}`, (c) => control(c, runtime, c.req.param('id'), schema))
  }
  return app
}

/** A draft. Under an Idempotency-Key its id is made of the key, so a repetition meets what the first one made. */
async function create(c: Context, runtime: Runtime): Promise<Response> {
  const key = idempotencyKeyOf(c)
  const file = await readBody(c, DirectiveFile)
  checkFile(file)
  const id = directiveIdFor(key)
  const createdAt = Date.now()
  const first = await spawn(runtime, { id, file, createdAt })
  if (first !== createdAt) c.header('idempotency-replayed', 'true')
  c.header('location', `/v1/directives/${id}`)
  return c.json(await read(runtime, id), 201)
}

/** Resolves with the time at which it was created, which is another than the input's when it exists since then. */
async function spawn(runtime: Runtime, input: { id: string; file: DirectiveFile; createdAt: number }): Promise<number> {
  try {
    await runtime.spawn('directive', { id: input.id, input })
    return input.createdAt
  } catch (error) {
    if (!(error instanceof Rejection) || error.code !== 'system.exists') throw error
  }
  // The runtime compares whole inputs: with the first one's time, only another file makes them differ.
  const { createdAt } = (await runtime.snapshot(input.id)).context as DirectiveContext
  if (createdAt === input.createdAt) throw keyReused()
  await runtime.spawn('directive', { id: input.id, input: { ...input, createdAt } }).catch((error: unknown) => {
    throw error instanceof Rejection && error.code === 'system.exists' ? keyReused() : error
  })
  return createdAt
}

async function control(c: Context, runtime: Runtime, id: string, schema: (typeof offered)[number]['schema']) {
  const command = await readCommand(c, schema)
  const refuse = ({ context, next }: ActorView) => {
    if (command.type !== 'directive.replan' || !next.includes(command.type)) return null
    const { file, source } = context as DirectiveContext
    if (command.chain) checkChain(file, command.chain)
    return command.chain || source === 'model' ? null : planUnchanged(source)
  }
  const processed = await giveCommand(c, runtime, command, { target: { systemId: id, address: '' }, refuse })
  if (!processed) return answerPending(c, runtime, id)
  return c.json({ id, ...headOf(await runtime.snapshot(id)) })
}

const planUnchanged = (source: string) =>
  new Problem(422, 'plan.unchanged', `With the planner source ${source} another chain must be given`, {
    errors: [{ pointer: '/chain', detail: 'is needed' }],
  })

/** The directive as it is, its present chain and the chain's steps. Other parts can be some entries ahead of `seq`. */
async function read(runtime: Runtime, id: string) {
  const snapshot = await runtime.snapshot(id)
  const [rows, chains, steps] = await Promise.all([
    runtime.list('directive', { systemId: id, limit: 1 }),
    runtime.list('chain', { systemId: id, limit: wholeSystem }),
    runtime.list('step', { systemId: id, limit: wholeSystem }),
  ])
  const { file, chainGeneration } = snapshot.context as DirectiveContext
  const present = ({ data }: { data: any }) => data.generation === chainGeneration
  return {
    ...summaryOf(rows[0]?.data),
    goal: file.goal,
    repository: repositoryOf(file),
    requirements: file.requirements,
    acceptanceCriteria: file.acceptanceCriteria,
    thresholds: file.thresholds,
    limits: file.limits,
    ...headOf(snapshot),
    chain: chains.find(present)?.data ?? null,
    steps: steps.filter(present).map(({ data }) => data),
  }
}

const summaryOf = ({ steps: stepCounts, ...data }: any) => ({
  ...data,
  stepCounts,
  createdAt: instant(data.createdAt),
  startedAt: instant(data.startedAt),
  finishedAt: instant(data.finishedAt),
})

/** A URL may hold a password, which is nobody's to read. */
function repositoryOf({ repository }: DirectiveFile) {
  if (!repository?.url) return repository ?? null
  return { ...repository, url: repository.url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@]*@/i, '$1***@') }
}
