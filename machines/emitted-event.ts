import { z } from 'zod'

/** Everything a directive tells the world. `seq` and the time of the turn are added by whoever stores it. */
export const EmittedType = z.enum([
  'directive.status_changed',
  'chain.created',
  'chain.regenerated',
  'step.status_changed',
  'step.started',
  'step.rework',
  'step.blocked',
  'evaluation.completed',
  'approval.required',
  'approval.resolved',
  'cost.incurred',
  'model.parked',
  'breaker.tripped',
  'contract.offered',
  'contract.claimed',
  'contract.lapsed',
  'contract.withdrawn',
  'contract.progress',
  'pull_request.published',
  'directive.completed',
  'directive.failed',
])
export type EmittedType = z.infer<typeof EmittedType>

export const Originator = z.strictObject({ type: z.enum(['system', 'user', 'agent', 'worker']), id: z.string() })
export type Originator = z.infer<typeof Originator>

export const EmittedEvent = z.strictObject({
  type: EmittedType,
  severity: z.enum(['debug', 'info', 'warning', 'error']),
  actor: Originator,
  /** `<chain's name>-g<generation>` */
  chainId: z.string().optional(),
  /** `<step>-g<generation>`, which is also the step's address. */
  stepId: z.string().optional(),
  /** For people and programs: always a `message` of one line, and the facts it is made of. */
  data: z.looseObject({ message: z.string() }),
})
export type EmittedEvent = z.infer<typeof EmittedEvent>
