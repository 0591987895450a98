import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { stepCommands } from '../machines/index.ts'
import type { StepContext } from '../machines/index.ts'
import type { ActorView, Runtime } from '../runtime/index.ts'
import { StepCommanded, StepDetails, StepList } from './answers/step.ts'
import { answerPending, bodyOf, giveCommand, readCommand } from './command.ts'
import { route } from './documented.ts'
import { wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { commandsIn } from './state.ts'

const offered = [
  ['retry', 'try a blocked step again'],
  ['skip', 'go on without a blocked step'],
  ['approve', 'accept what a blocked step delivered, with the reason'],
] as const

/** The directive of the mount is not in these apps' types. */
export const directiveIdIn = (c: Context): string => c.req.param('id' as never) as string

/** Mounted at `/v1/directives/:id/steps`. A step is named by its id, `implement-g2`, or by its name in the present chain. */
export function steps(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const listing = { summary: 'The steps of all chains', answer: StepList, problems: { 404: ['system.not_found'] } }
  route(app, 'get', '/', listing, async (c) => {
    const rows = await rowsOf(runtime, directiveIdIn(c))
    return c.json({ steps: rows.map(({ data }) => data) })
  })
  const reading = {
    summary: 'A step with its evaluation, evidence and instructions',
    answer: StepDetails,
    problems: { 404: ['system.not_found', 'step.not_found'] },
  }
  route(app, 'get', '/{step}', reading, async (c) => {
    const id = directiveIdIn(c)
    const { address, data, seq } = await find(runtime, id, c.req.param('step')!)
    return c.json({ ...data, directiveId: id, seq, ...(await detailsOf(runtime, id, address)) })
  })
  addCommands(app, runtime)
  return app
}

function addCommands(app: OpenAPIHono, runtime: Runtime): void {
  for (const [verb, summary] of offered) {
    const schema = stepCommands[`step.${verb}`]
    const documentation = {
      summary: `${verb}: ${summary}`,
      body: { schema: bodyOf(schema), optional: true },
      answer: StepCommanded,
      pending: true,
      problems: {
        404: ['system.not_found', 'step.not_found'],
        409: ['event.not_accepted'],
        412: ['directive.changed'],
      },
    }
    route(app, 'post', `/{step}/${verb}`, documentation, async (c) => {
      const systemId = directiveIdIn(c)
      const command = await readCommand(c, schema)
      const { address } = await find(runtime, systemId, c.req.param('step')!)
      const ended = async () => over(await find(runtime, systemId, address))
      const processed = await giveCommand(c, runtime, command, { target: { systemId, address }, ended })
      if (!processed) return answerPending(c, runtime, systemId)
      const row = await find(runtime, systemId, address)
      return c.json({ ...row.data, directiveId: systemId, seq: row.seq })
    })
  }
}

/** What only the step's own actor knows; one that has ended long ago may be gone from its system. */
async function detailsOf(runtime: Runtime, id: string, address: string) {
  const view: ActorView | null = await runtime.snapshot(id, address).catch(() => null)
  const {
    evaluation = null,
    evaluationBefore = null,
    evidence = null,
    instructions = null,
  } = (view?.context ?? {}) as Partial<StepContext>
  return { next: view ? commandsIn(view) : [], evaluation, evaluationBefore, evidence, instructions }
}

export async function rowsOf(runtime: Runtime, id: string) {
  const rows = await runtime.list('step', { systemId: id, limit: wholeSystem })
  if (rows.length === 0) await runtime.snapshot(id)
  return rows
}

export async function find(runtime: Runtime, id: string, step: string) {
  const rows = await rowsOf(runtime, id)
  const named = rows.filter(({ data }) => data.name === step).sort((a, b) => b.data.generation - a.data.generation)
  const row = rows.find(({ address }) => address === step) ?? named[0]
  if (row) return row
  throw new Problem(404, 'step.not_found', 'The directive has no such step')
}

const over = ({ key }: { key: string }) =>
  new Problem(409, 'event.not_accepted', `The step is ${key} for good`, { state: key, next: [] })
