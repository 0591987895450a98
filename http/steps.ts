import { Hono } from 'hono'
import { stepCommands } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { answerCommand, giveCommand, readCommand } from './command.ts'
import { wholeSystem } from './page.ts'
import { Problem } from './problem.ts'
import { headOf } from './state.ts'

const offered = (['retry', 'skip', 'approve'] as const).map((verb) => ({ verb, schema: stepCommands[`step.${verb}`] }))

/** Mounted at `/v1/directives/:id/steps`. A step is named by its id, `implement-g2`, or by its name in the present chain. */
export function steps(runtime: Runtime): Hono {
  const app = new Hono()
  for (const { verb, schema } of offered) {
    app.post(`/:step/${verb}`, async (c) => {
      const [id, step] = [c.req.param('id' as never) as string, c.req.param('step')]
      const command = await readCommand(c, schema)
      const address = await addressOf(runtime, id, step)
      const after = await giveCommand(c, runtime, { systemId: id, address }, command)
      return answerCommand(c, after, (snapshot) => ({ id: address, directiveId: id, ...headOf(snapshot) }))
    })
  }
  return app
}

async function addressOf(runtime: Runtime, id: string, step: string): Promise<string> {
  const rows = await runtime.list('step', { systemId: id, limit: wholeSystem })
  const named = rows.filter(({ data }) => data.name === step).sort((a, b) => b.data.generation - a.data.generation)
  const row = rows.find(({ address }) => address === step) ?? named[0]
  if (row) return row.address
  await runtime.snapshot(id)
  throw new Problem(404, 'step.not_found', 'The directive has no such step')
}
