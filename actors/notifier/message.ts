import type { NotifierInput } from '../../machines/index.ts'

/** The payload of a webhook, as Standard Webhooks lays it out: `type`, `timestamp`, `data`. */
export const webhookBody = ({ directive, at, event }: NotifierInput): string => {
  const { type, data, ...facts } = event
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { ...data, ...facts, directive } })
}

// What a model or a repository wrote must not mention a channel or hide where a link leads.
const literal = (text: string) =>
  text
    .slice(0, 2000)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, (mark) => `\u200b${mark}`)

const signs = { debug: '', info: ':large_blue_circle:', warning: ':large_yellow_circle:', error: ':red_circle:' }

/** What a person may do about it, as a command. */
const advice = ({ directive, event }: NotifierInput): string => {
  const { approvalId } = event.data
  if (typeof approvalId === 'string') return `\`npx adjutant approve ${approvalId}\` (or deny, or request-changes)`
  return `\`npx adjutant show ${directive.id}\``
}

/** A message for an incoming webhook of Slack, or of anything that understands the same. */
export const slackBody = (input: NotifierInput): string => {
  const { directive, event } = input
  const sign = event.type === 'directive.completed' ? ':large_green_circle:' : signs[event.severity]
  const text = `${sign} *${literal(directive.title)}*\n${literal(event.data.message)}\n${advice(input)}`
  return JSON.stringify({ text, unfurl_links: false, unfurl_media: false })
}
