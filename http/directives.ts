import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { Chain, DirectiveFile, directiveCommands } from '../machines/index.ts'
import type { DirectiveContext } from '../machines/index.ts'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { DirectiveAnswer, DirectiveHead, DirectivePage, DirectiveState } from './answers/directive.ts'
import { answerPending, bodyOf, giveCommand, readCommand } from './command.ts'
import { createDirective, type DirectiveDefaults, spawnCourier } from './creation.ts'
import { route } from './documented.ts'
import { readDirective, summaryOf } from './directive-view.ts'
import { checkChain, checkFile } from './file-problems.ts'
import { pageOf, PageQuery } from './page.ts'
import { answerTagged } from './preconditions.ts'
import { Problem } from './problem.ts'
import { readBody, readQuery } from './request.ts'
import { headOf } from './state.ts'

const DirectivesQuery = PageQuery.extend({ state: DirectiveState.optional() })

/** The commands that the API offers, each at its last word: `/v1/directives/:id/start`. */
const offered = [
  ['start', 'plans and runs it; from paused: plans anew, keeping passed steps'],
  ['pause', 'drains what runs, or interrupts it'],
  ['resume', 'goes on where it was paused'],
  ['stop', 'gives it up for good'],
  ['replan', 'gives the present chain up for another one'],
] as const

const commandProblems = {
  404: ['system.not_found'],
  409: ['event.not_accepted', 'system.final'],
  412: ['directive.changed'],
  422: ['idempotency_key.reused'],
}

/** Mounted at `/v1/directives`. */
export function directives(runtime: Runtime, defaults: DirectiveDefaults): OpenAPIHono {
  const app = new OpenAPIHono()
  const creation = {
    summary: 'Create a directive, as a draft',
    body: { schema: DirectiveFile },
    answer: DirectiveAnswer,
    status: 201 as const,
    problems: { 422: ['directive.invalid', 'idempotency_key.reused'] },
  }
  route(app, 'post', '/', creation, async (c) => {
    const id = await createDirective(c, runtime, defaults)
    return c.json(await readDirective(runtime, id), 201)
  })
  const listing = { summary: 'Directives, newest first', query: DirectivesQuery, answer: DirectivePage }
  route(app, 'get', '/', listing, async (c) => {
    const { state, ...page } = readQuery(c, DirectivesQuery)
    const { rows, cursor } = await pageOf(runtime, 'directive', { key: state, ...page })
    return c.json({ directives: rows.map(({ data }) => summaryOf(data)), cursor })
  })
  const reading = {
    summary: 'A directive with its present chain and steps',
    description:
      'The ETag is its last journal entry: `If-None-Match` is answered 304, and commands take it as `If-Match`.',
    answer: DirectiveAnswer,
    problems: { 404: ['system.not_found'] },
  }
  route(app, 'get', '/{id}', reading, async (c) => {
    const directive = await readDirective(runtime, c.req.param('id')!)
    return answerTagged(c, directive.seq, directive)
  })
  addCommands(app, runtime)
  addEditing(app, runtime)
  return app
}

function addCommands(app: OpenAPIHono, runtime: Runtime): void {
  for (const [verb, summary] of offered) {
    const schema = directiveCommands[`directive.${verb}`]
    const documentation = {
      summary: `${verb}: ${summary}`,
      body: { schema: bodyOf(schema), optional: true },
      answer: DirectiveHead,
      pending: true,
      problems: verb === 'replan' ? { ...commandProblems, 422: ['plan.unchanged', 'chain.invalid'] } : commandProblems,
    }
    route(app, 'post', `/{id}/${verb}`, documentation, async (c) =>
      control(c, runtime, (await readCommand(c, schema)) as Command),
    )
  }
}

type Command = { type: string; at: number; by: string; chain?: Chain }

function addEditing(app: OpenAPIHono, runtime: Runtime): void {
  const Changes = directiveCommands['directive.update'].shape.changes
  const updating = {
    summary: 'Replace fields of a draft, each as a whole',
    body: { schema: Changes },
    answer: DirectiveHead,
    pending: true,
    problems: { ...commandProblems, 422: ['directive.invalid'] },
  }
  route(app, 'patch', '/{id}', updating, async (c) => {
    const changes = await readBody(c, Changes)
    const { file } = (await runtime.snapshot(c.req.param('id')!)).context as DirectiveContext
    checkFile({ ...file, ...changes })
    await spawnCourier(runtime, c.req.param('id')!, changes.notifications ?? [])
    return control(c, runtime, { type: 'directive.update', changes, at: Date.now(), by: 'user' } as Command)
  })
  const Edited = z.strictObject({ chain: Chain, reason: z.string().min(1).default('the chain was edited') })
  const editing = {
    summary: 'Give another chain to a draft, or to a paused directive, which then plans it anew',
    body: { schema: Edited },
    answer: DirectiveHead,
    pending: true,
    problems: { ...commandProblems, 422: ['chain.invalid'] },
  }
  route(app, 'put', '/{id}/chain', editing, async (c) => {
    const { chain, reason } = await readBody(c, Edited)
    const { context, value } = await runtime.snapshot(c.req.param('id')!)
    checkChain((context as DirectiveContext).file, chain)
    const at = { at: Date.now(), by: 'user' }
    const command =
      value === 'draft'
        ? { type: 'directive.update', changes: { chain, planner: 'file' }, ...at }
        : { type: 'directive.replan', chain, reason, ...at }
    if (value !== 'draft' && !(typeof value === 'object' && 'paused' in value)) throw notEditable(value)
    return control(c, runtime, command as Command)
  })
}

const notEditable = (value: unknown) =>
  new Problem(409, 'event.not_accepted', 'A chain is edited in a draft, or while the directive is paused', {
    state: typeof value === 'string' ? value : Object.keys(value as object)[0],
    next: ['directive.pause'],
  })

async function control(c: Context, runtime: Runtime, command: Command): Promise<Response> {
  const id = c.req.param('id')!
  const refuse = ({ context, next }: ActorView) => {
    if (command.type !== 'directive.replan' || !next.includes(command.type)) return null
    const { file, source } = context as DirectiveContext
    if (command.chain) checkChain(file, command.chain)
    return command.chain || source === 'model' ? null : planUnchanged(source)
  }
  const processed = await giveCommand(c, runtime, command, { target: { systemId: id, address: '' }, refuse })
  if (!processed) return answerPending(c, runtime, id)
  const snapshot = await runtime.snapshot(id)
  return answerTagged(c, snapshot.seq, { id, ...headOf(snapshot) })
}

const planUnchanged = (source: string) =>
  new Problem(422, 'plan.unchanged', `With the planner source ${source} another chain must be given`, {
    errors: [{ pointer: '/chain', detail: 'is needed' }],
  })
