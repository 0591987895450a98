import { OpenAPIHono } from '@hono/zod-openapi'
import type { ContractContext } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { ContractDetails, ContractList } from './answers/step.ts'
import { route } from './documented.ts'
import { wholeSystem } from './page.ts'
import { withoutPasswords } from './passwords.ts'
import { Problem } from './problem.ts'
import { directiveIdIn } from './steps.ts'

/** Mounted at `/v1/directives/:id/contracts`. A contract is named by its step's id: `implement-g1`. */
export function contracts(runtime: Runtime): OpenAPIHono {
  const app = new OpenAPIHono()
  const listing = { summary: 'The contracts under which steps are carried out', answer: ContractList }
  route(app, 'get', '/', listing, async (c) => {
    const rows = await runtime.list('contract', { systemId: directiveIdIn(c), limit: wholeSystem })
    return c.json({ contracts: withoutPasswords(rows.map(({ data }) => data)) })
  })
  const reading = {
    summary: 'A contract with its terms, instructions, evidence and last failure',
    answer: ContractDetails,
    problems: { 404: ['contract.not_found'] },
  }
  route(app, 'get', '/{step}', reading, async (c) => {
    const [id, step] = [directiveIdIn(c), c.req.param('step')!]
    const rows = await runtime.list('contract', { systemId: id, limit: wholeSystem })
    const row = rows.find(({ data }) => data.stepId === step || data.id === step)
    if (!row) throw new Problem(404, 'contract.not_found', 'The directive has no contract for such a step')
    const { context } = await runtime.snapshot(id, row.address)
    const { terms, instructions, evidence, failure } = context as ContractContext
    return c.json(withoutPasswords({ ...row.data, directiveId: id, terms, instructions, evidence, failure }))
  })
  return app
}
