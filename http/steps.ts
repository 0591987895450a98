import { Hono } from 'hono'
import { stepCommands } from '../machines/index.ts'
import type { Runtime } from '../runtime/index.ts'
import { answerPending, giveCommand, readCommand } from './command.ts'
import { wholeSystem } from './page.ts'
import { Problem } from './problem.ts'

const offered = (['retry', 'skip', 'approve'] as const).map((verb) => ({ verb, schema: stepCommands[`step.${verb}`] }))

/** Mounted at `/v1/directives/:id/steps`. A step is named by its id, `implement-g2`, or by its name in the present chain. */
export function steps(runtime: Runtime): Hono {
  const app = new Hono()
  for (const { verb, schema } of offered) {
    app.post(`/:step/${verb}`, async (c) => {
      // The parameter of the mount is not in this app's types.
      const systemId = c.req.param('id' as never) as string
      const command = await readCommand(c, schema)
      const { address } = await find(runtime, systemId, c.req.param('step'))
      const ended = async () => over(await find(runtime, systemId, address))
      const processed = await giveCommand(c, runtime, command, { target: { systemId, address }, ended })
      if (!processed) return answerPending(c, runtime, systemId)
      const row = await find(runtime, systemId, address)
      return c.json({ ...row.data, directiveId: systemId, seq: row.seq })
    })
  }
  return app
}

async function find(runtime: Runtime, id: string, step: string) {
  const rows = await runtime.list('step', { systemId: id, limit: wholeSystem })
  const named = rows.filter(({ data }) => data.name === step).sort((a, b) => b.data.generation - a.data.generation)
  const row = rows.find(({ address }) => address === step) ?? named[0]
  if (row) return row
  await runtime.snapshot(id)
  throw new Problem(404, 'step.not_found', 'The directive has no such step')
}

const over = ({ key }: { key: string }) =>
  new Problem(409, 'event.not_accepted', `The step is ${key} for good`, { state: key, next: [] })
