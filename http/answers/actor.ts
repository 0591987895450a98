import { z } from '@hono/zod-openapi'

export const ActorAnswer = z
  .object({
    address: z.string().describe("'' is the directive; else the path of actor ids: implement-g1/contract"),
    value: z.unknown(),
    context: z.unknown(),
    status: z.enum(['active', 'done', 'error', 'stopped']),
    tags: z.array(z.string()),
    output: z.unknown(),
    error: z.unknown(),
    children: z.record(z.string(), z.object({ address: z.string(), src: z.string(), status: z.string() })),
    seq: z.number().int(),
    next: z.array(z.string()).describe('event types that some transition takes now'),
    commands: z.array(z.string()).describe('those of them that a person sends'),
  })
  .openapi('Actor')

export const HistoryAnswer = z
  .object({
    entries: z.array(
      z.object({
        seq: z.number().int(),
        at: z.iso.datetime(),
        address: z.string(),
        event: z.unknown(),
        value: z.unknown(),
        context: z.unknown(),
        status: z.string(),
      }),
    ),
    cursor: z.number().int().describe('`after` of the next page'),
  })
  .openapi('History')

export const WaitAnswer = z
  .object({ met: z.boolean().describe('false: the time was up, ask again'), ...ActorAnswer.partial().shape })
  .openapi('Wait')

export const EventsAnswer = z
  .object({
    events: z.array(
      z.looseObject({
        seq: z.number().int(),
        n: z.number().int().describe('its place among those of the same journal entry'),
        at: z.iso.datetime(),
        address: z.string(),
        type: z.string(),
        severity: z.enum(['debug', 'info', 'warning', 'error']),
        actor: z.object({ type: z.string(), id: z.string() }),
        data: z.looseObject({ message: z.string() }),
      }),
    ),
    cursor: z.number().int().describe('`after` of the next page'),
  })
  .openapi('Events')
