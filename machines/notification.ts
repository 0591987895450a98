import { z } from 'zod'
import type { EmittedEvent } from './emitted-event.ts'

export const Notice = z.enum([
  'approval.required',
  'breaker.tripped',
  'contract.offered',
  'directive.completed',
  'directive.failed',
  'step.blocked',
])
export type Notice = z.infer<typeof Notice>

/** Up the tree, forwarded as it is, to the directive: somebody may have asked to be told. */
export type NoticeRaised = { type: 'notice.raised'; at: number; event: EmittedEvent }

/** Up the tree likewise: nothing goes on here before a person has answered, and then that one has. */
export type PersonAwaited = { type: 'person.awaited'; at: number } | { type: 'person.answered'; at: number }

/** Somebody to tell. Secrets stay in the environment of the host; here only the variables' names. */
export const NotificationTarget = z
  .strictObject({
    /** `webhook`: Standard Webhooks 1.0. `slack`: a message for an incoming webhook. */
    kind: z.enum(['webhook', 'slack']).default('webhook'),
    url: z.url().optional(),
    /** The variable that holds the URL, where it is a secret itself (Slack's are). */
    urlEnv: z.string().min(1).optional(),
    /** The variable that holds the signing secret (`whsec_…`). */
    secretEnv: z.string().min(1).optional(),
    events: z.array(Notice).min(1).default(Notice.options),
  })
  .refine((target) => (target.url === undefined) !== (target.urlEnv === undefined), {
    message: 'a notification needs exactly one of url and urlEnv',
  })
export type NotificationTarget = z.infer<typeof NotificationTarget>

/** A draft pull request once the final review is passed. */
export const PullRequest = z.strictObject({
  /** The git remote to push to. For a clone of a URL that URL, whatever its name. */
  remote: z.string().min(1).default('origin'),
  /** The branch to merge into; default: the remote's default branch. */
  base: z.string().min(1).optional(),
  /** `gh`: the command line. `api`: GitHub's HTTP API with the token in `tokenEnv`. */
  via: z.enum(['gh', 'api']).default('gh'),
  tokenEnv: z.string().min(1).default('GITHUB_TOKEN'),
  /** For servers of one's own. */
  apiUrl: z.url().default('https://api.github.com'),
})
export type PullRequest = z.infer<typeof PullRequest>
