import { z } from '@hono/zod-openapi'

export const MachineAnswer = z
  .object({
    name: z.string(),
    version: z.string(),
    hash: z.string().describe('of its config'),
    description: z.string().nullable(),
    states: z.array(z.string()),
    events: z.array(z.string()),
  })
  .openapi('Machine')

export const MachineWithConfig = MachineAnswer.extend({
  config: z.unknown().describe('as `createMachine` takes it; guards, actions, actors and delays are names'),
}).openapi('MachineWithConfig')

export const MachineList = z.object({ machines: z.array(MachineAnswer) })
