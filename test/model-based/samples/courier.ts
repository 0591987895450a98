import type { Samples } from '../../../runtime/testing/index.ts'
import { dated, done, failed } from './values.ts'

const carry = (type: string) => ({
  type: 'courier.carry',
  directive: { id: 'd', title: 'Fix it' },
  targets: [{ kind: 'webhook', url: 'https://example.org', events: ['directive.completed', 'step.blocked'] }],
  event: { type, severity: 'info', actor: { type: 'system', id: 'adjutant' }, data: { message: 'done' } },
})

export const courier: Samples = {
  inputs: { 'a directive': { directiveId: 'd' } },
  events: dated(({ context, children }) => [
    ...(context.notices < 3 ? [carry('step.blocked'), carry('directive.completed')] : []),
    ...children.flatMap((id) => [
      done(id, { outcome: 'sent', status: 204 }),
      done(id, { outcome: 'refused', code: 'notice.gone', reason: 'gone' }),
      failed(id),
    ]),
  ]),
  facts: ({ notices, gone, over, deliveries }) => [notices, gone, over, deliveries.map((each: any) => each.state)],
}
