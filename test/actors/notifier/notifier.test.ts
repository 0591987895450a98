import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signatureOf } from '../../../actors/notifier/signature.ts'
import { NotificationTarget, type NotifierInput } from '../../../machines/index.ts'
import { type Receiver, startReceiver } from '../../support/receiver.ts'
import { adjutantIn } from '../repositories.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const at = Date.UTC(2026, 10, 23, 3)
const now = at + 1500

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

const event: NotifierInput['event'] = {
  type: 'approval.required',
  severity: 'warning',
  actor: { type: 'system', id: 'adjutant' },
  stepId: 'one-g1',
  data: { message: 'Accept it?', approvalId: 'd:one-g1:approval-1', choices: ['accept'] },
}
const input = (target: object, changes: object = {}): NotifierInput => ({
  id: 'msg_d_1',
  target: NotificationTarget.parse({ url: `${receiver.url}/hook`, ...target }),
  directive: { id: 'd', title: 'Fix it' },
  at,
  event,
  ...changes,
})

const notifier = (env: Record<string, string> = {}, privateHosts = [receiver.host]) => {
  const { run } = adjutantIn(undefined, { env: { PATH: process.env['PATH'], ...env }, privateHosts, now: () => now })
  return (target: object = {}, changes: object = {}) => run('notifier', input(target, changes))
}

describe('a webhook', () => {
  test('carries the event, and is signed by the specification of Standard Webhooks', async () => {
    const outcome = await notifier({ HOOK_SECRET: secret })({ secretEnv: 'HOOK_SECRET' })
    expect(outcome).toEqual({ outcome: 'sent', at: now, status: 204, attempt: 1 })
    const [{ method, path, headers, body } = raise()] = receiver.received
    expect([method, path]).toEqual(['POST', '/hook'])
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': 'msg_d_1',
      'webhook-timestamp': String(Math.floor(now / 1000)),
    })
    expect(JSON.parse(body)).toEqual({
      type: 'approval.required',
      timestamp: '2026-11-23T03:00:00.000Z',
      data: {
        message: 'Accept it?',
        approvalId: 'd:one-g1:approval-1',
        choices: ['accept'],
        severity: 'warning',
        actor: { type: 'system', id: 'adjutant' },
        stepId: 'one-g1',
        directive: { id: 'd', title: 'Fix it' },
      },
    })
    const keys = [Buffer.from(secret.slice(6), 'base64')]
    const message = { id: 'msg_d_1', seconds: Math.floor(now / 1000), body }
    expect(headers['webhook-signature']).toBe(signatureOf(keys, message))
  })

  test('has the signature that the reference implementation gives', () => {
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1614265330, body: '{"test": 2432232314}' }
    const signature = signatureOf([Buffer.from(secret.slice(6), 'base64')], message)
    expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  test('is signed by each key while one is exchanged for another', async () => {
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    await notifier({ HOOK_SECRET: `${secret} ${other}` })({ secretEnv: 'HOOK_SECRET' })
    const signatures = String(receiver.received[0]!.headers['webhook-signature']).split(' ')
    expect(signatures).toHaveLength(2)
    expect(signatures.every((signature) => /^v1,[\w+/]{43}=$/.test(signature))).toBe(true)
  })

  test('without a key is not signed', async () => {
    await notifier()()
    expect(receiver.received[0]!.headers).not.toHaveProperty('webhook-signature')
  })

  test.each(['plain words', 'whsec_short', 'whsec_####', ''])('is not sent with %j for a key', async (wrong) => {
    const outcome = notifier({ HOOK_SECRET: wrong })({ secretEnv: 'HOOK_SECRET' })
    if (wrong === '') await expect(outcome).rejects.toMatchObject({ code: 'notice.variable_missing', retryable: true })
    else expect(await outcome).toMatchObject({ outcome: 'refused', code: 'notice.secret_invalid' })
    expect(receiver.received).toEqual([])
  })

  test('says nothing that is secret', async () => {
    const env = { HOOK_SECRET: secret, SERVICE_TOKEN: 'canary-4711-secret' }
    const leaky = { ...event, data: { message: `the key is ${env.SERVICE_TOKEN} and ${secret}` } }
    await notifier(env)({ secretEnv: 'HOOK_SECRET' }, { event: leaky })
    expect(receiver.received[0]!.body).not.toContain('canary')
    expect(receiver.received[0]!.body).not.toContain(secret)
    expect(JSON.parse(receiver.received[0]!.body).data.message).toContain('the key is')
  })
})

describe('a message for Slack', () => {
  test('says what happened and what to do', async () => {
    const outcome = await notifier({ SLACK_URL: `${receiver.url}/services/T/B/x` })({
      kind: 'slack',
      url: undefined,
      urlEnv: 'SLACK_URL',
    })
    expect(outcome).toMatchObject({ outcome: 'sent' })
    const [{ path, headers, body } = raise()] = receiver.received
    expect(path).toBe('/services/T/B/x')
    expect(headers).not.toHaveProperty('webhook-id')
    expect(JSON.parse(body).text).toBe(
      ':large_yellow_circle: *Fix it*\nAccept it?\n`npx adjutant approve d:one-g1:approval-1` (or deny, or request-changes)',
    )
  })

  test('mentions nobody and hides no link, whoever wrote the words', async () => {
    const data = { message: '<!channel> <https://evil.example|click here> & *bold*' }
    await notifier()({ kind: 'slack' }, { event: { ...event, type: 'directive.completed', data } })
    const { text } = JSON.parse(receiver.received[0]!.body)
    expect(text).toContain('&lt;!channel&gt; &lt;https://evil.example|click here&gt; &amp; \u200b*bold\u200b*')
    expect(text).toContain('`npx adjutant show d`')
  })
})

describe('an answer', () => {
  test.each([
    [400, 'notice.refused'],
    [410, 'notice.gone'],
    [302, 'notice.redirected'],
  ])('%i is final', async (status, code) => {
    receiver.reply((response) => response.writeHead(status, { location: `${receiver.url}/elsewhere` }).end())
    expect(await notifier()()).toMatchObject({ outcome: 'refused', at: now, code })
    expect(receiver.received).toHaveLength(1)
  })

  test.each([401, 404, 429, 500, 503])('%i is worth another attempt', async (status) => {
    receiver.reply(status)
    await expect(notifier()()).rejects.toMatchObject({
      code: 'notice.rejected',
      message: `the receiver answered ${status}`,
      retryable: true,
      retryAfterMs: undefined,
    })
  })

  test.each([
    ['120', 120_000],
    [new Date(now + 60_000).toUTCString(), 59_500],
    ['0', 1000],
    ['99999999', 24 * 3_600_000],
    ['soon', undefined],
  ])('that asks to come back after %s is heeded', async (retryAfter, ms) => {
    receiver.reply((response) => response.writeHead(503, { 'retry-after': retryAfter }).end())
    await expect(notifier()()).rejects.toMatchObject({ retryable: true, retryAfterMs: ms })
  })

  test('that never comes, or from nobody, is worth another attempt; the address stays unsaid', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`
    closed.close()
    const error: Error = await notifier({}, [host])({ url: `http://${host}/very/secret/path` }).then(raise, (e) => e)
    expect(error).toMatchObject({ code: 'notice.unreachable', retryable: true })
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.message).not.toContain('secret')
  })

  test('is not waited for once the attempt is cancelled', async () => {
    const stop = new AbortController()
    receiver.reply(() => stop.abort(new Error('cancelled')))
    const { run } = adjutantIn(undefined, { privateHosts: [receiver.host] })
    await expect(run('notifier', input({}), { signal: stop.signal })).rejects.toThrow('cancelled')
  })
})

describe('an address', () => {
  const refusal = (code: string) => ({ outcome: 'refused', code })

  test.each(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0177.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])(
    'of this machine, written %s, is not sent to unless it is allowed',
    async (host) => {
      const url = `https://${host}:${receiver.host.split(':')[1]}/`
      const outcome = await notifier({}, [])({ url })
      expect(outcome).toMatchObject(refusal('notice.address_refused'))
      expect(receiver.received).toEqual([])
    },
  )

  test.each(['https://169.254.169.254/latest/meta-data', 'https://10.0.0.1/', 'https://[fd00:ec2::254]/'])(
    'of a private network is refused: %s',
    async (url) => expect(await notifier({}, [])({ url })).toMatchObject(refusal('notice.address_refused')),
  )

  test('is allowed by its name, with or without its port', async () => {
    for (const allowed of [receiver.host, '127.0.0.1'])
      expect(await notifier({}, [allowed])()).toMatchObject({ outcome: 'sent' })
    const port = receiver.host.split(':')[1]
    const named = { url: `http://localhost:${port}/` }
    expect(await notifier({}, [`localhost:${port}`])(named)).toMatchObject({ outcome: 'sent' })
  })

  test.each(['http://example.org/', 'https://me:pass@example.org/', 'ftp://example.org/'])(
    'that cannot be right is refused: %s',
    async (url) => expect(await notifier()({ url })).toMatchObject(refusal('notice.url_refused')),
  )

  test('in a variable that nobody set may be set later', async () => {
    const outcome = notifier()({ url: undefined, urlEnv: 'NOWHERE' })
    await expect(outcome).rejects.toMatchObject({ code: 'notice.variable_missing', retryable: true })
  })
})

function raise(): never {
  throw new Error('nothing was received')
}
