import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { approvalCommands, ApprovalDecision, approvalRefusal } from '../machines/index.ts'
import type { ApprovalAnswer, ApprovalCommand, ApprovalRequest, DirectiveContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { ApprovalPage, ApprovalView } from './answers/approval.ts'
import { answerPending, bodyOf, giveCommand, readCommand } from './command.ts'
import { route } from './documented.ts'
import { checkChain } from './file-problems.ts'
import { pageOf, PageQuery, wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { readQuery } from './request.ts'
import { instant } from './state.ts'

const ApprovalsQuery = PageQuery.extend({
  state: z.enum(['pending', ...ApprovalDecision.options]).optional(),
  /** Only this directive's. */
  directive: z.string().min(1).max(200).optional(),
})

const offered = (['approve', 'deny', 'request_changes'] as const).map((verb) => ({
  verb: verb.replace('_', '-'),
  schema: approvalCommands[`approval.${verb}`],
}))

const problems = {
  403: ['approval.own_work'],
  404: ['approval.not_found'],
  409: ['approval.resolved', 'event.not_accepted'],
  412: ['directive.changed'],
  422: ['approval.unknown_choice', 'plan.unchanged', 'approval.reason_missing', 'approval.limits_missing'],
}

/** Mounted at `/v1/approvals`. */
export function approvals(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const listing = {
    summary: 'What waits for a person, and what was answered',
    query: ApprovalsQuery,
    answer: ApprovalPage,
  }
  route(app, 'get', '/', listing, async (c) => {
    const { state: key, directive: systemId, ...page } = readQuery(c, ApprovalsQuery)
    const { rows, cursor } = await pageOf(runtime, 'approval', { key, systemId, ...page })
    return c.json({ approvals: rows.map(viewOf), cursor })
  })
  const reading = { summary: 'One question', answer: ApprovalView, problems: { 404: ['approval.not_found'] } }
  route(app, 'get', '/{approval}', reading, async (c) => c.json(viewOf(await find(runtime, c.req.param('approval')!))))
  for (const { verb, schema } of offered) {
    const documentation = {
      summary: `Answer: ${verb}`,
      body: { schema: bodyOf(schema) },
      answer: ApprovalView,
      pending: true,
      problems,
    }
    route(app, 'post', `/{approval}/${verb}`, documentation, (c) =>
      answer(c, runtime, c.req.param('approval')!, schema),
    )
  }
  return app
}

async function answer(c: Context, runtime: Runtime, id: string, schema: (typeof offered)[number]['schema']) {
  const command = (await readCommand(c, schema)) as ApprovalCommand & { at: number; by: string }
  const { systemId, address } = await find(runtime, id)
  if (command.type === 'approval.approve' && command.chain) {
    checkChain(((await runtime.snapshot(systemId)).context as DirectiveContext).file, command.chain)
  }
  const processed = await giveCommand(c, runtime, command, {
    target: { systemId, address },
    refuse: ({ context }) => refusal(context as Asked, command),
    ended: async () => {
      const { data } = await find(runtime, id)
      return refusal({ request: data, answer: data.answer }, command) ?? gone()
    },
  })
  return processed ? c.json(viewOf(await find(runtime, id))) : answerPending(c, runtime, systemId)
}

/** `<directive>:<address, its slashes as colons>`. */
async function find(runtime: Runtime, id: string): Promise<ListedRow> {
  const [systemId = '', ...path] = id.split(':')
  const rows = await runtime.list('approval', { systemId, limit: wholeSystem })
  const row = rows.find(({ address }) => address === path.join('/'))
  if (!row) throw new Problem(404, 'approval.not_found', 'There is no such approval')
  return row
}

type ListedRow = Awaited<ReturnType<Runtime['list']>>[number]
type Asked = { request: ApprovalRequest; answer: ApprovalAnswer | null }

const viewOf = ({ systemId, address, data }: ListedRow) => ({
  ...data,
  id: [systemId, ...address.split('/')].join(':'),
  directiveId: systemId,
  requestedAt: instant(data.requestedAt),
  expiresAt: instant(data.expiresAt),
  answer: answerView(data.answer),
})

const answerView = (answer: ApprovalAnswer | null) => answer && { ...answer, resolvedAt: instant(answer.resolvedAt) }

/** What the body lacks, by the machine's own word for it. */
const lacking: Record<string, { pointer: string; detail: string }> = {
  'approval.unknown_choice': { pointer: '/choice', detail: 'is none of the choices' },
  'plan.unchanged': { pointer: '/chain', detail: 'is needed for this choice' },
  'approval.reason_missing': { pointer: '/comment', detail: 'is needed for this choice' },
  'approval.limits_missing': { pointer: '/limits', detail: 'is needed to go on' },
}

function refusal({ request, answer }: Asked, command: ApprovalCommand): Problem | null {
  const code = approvalRefusal({ request, answer }, command)
  if (code === null) return null
  if (code === 'approval.own_work') return new Problem(403, code, 'Whoever did the work cannot answer for it')
  if (code === 'approval.resolved') {
    const how = `${answer!.decision}${answer!.respondedBy === null ? '' : ` by ${answer!.respondedBy}`}`
    return new Problem(409, code, `It is resolved already: ${how}`, { answer: answerView(answer), next: [] })
  }
  const error = lacking[code]
  if (error) return new Problem(422, code, 'The answer does not fit', { errors: [error], choices: request.choices })
  return new Problem(409, code, 'This approval does not take that answer')
}

/** Its directive failed so badly that nobody could withdraw it. */
const gone = () => new Problem(409, 'event.not_accepted', 'Nobody waits for this answer any more', { next: [] })
