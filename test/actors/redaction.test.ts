import { expect, test } from 'vitest'
import { knownRedaction, redactedStream, redaction, secretsOf } from '../../actors/redaction.ts'

const secret = 'canary-7Hq2"x/Z+9'

test('known values are taken out, also as JSON, URLs and headers have them', () => {
  const redact = redaction([secret])
  const forms = [secret, JSON.stringify(secret), encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
  for (const form of forms) expect(redact(`before ${form} after`)).toMatch(/^before "?\[redacted\]=*"? after$/)
})

test('what looks like a key is taken out, whoever it belongs to', () => {
  const keys = [
    'sk-proj-abcdefghij0123456789',
    `sk-or-v1-${'0a'.repeat(32)}`,
    `ghp_${'a1B2'.repeat(9)}`,
    'xoxb-123456789012-abcdef',
    'AKIAIOSFODNN7EXAMPLE',
    `AIza${'x'.repeat(35)}`,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123',
    '-----BEGIN RSA PRIVATE KEY-----\nabc\ndef\n-----END RSA PRIVATE KEY-----',
    'https://hooks.slack.com/services/T000/B000/XXXX',
  ]
  for (const key of keys) expect(redaction([])(`a ${key} b`)).toBe('a [redacted] b')
  expect(redaction([])('Authorization: Bearer abcdefghij0123456789')).toBe('Authorization: Bearer [redacted]')
  expect(redaction([])('postgres://me:hunter22@host/db')).toBe('postgres://me:[redacted]@host/db')
})

test('ordinary text stays, and what is redacted stays as it is when it is redacted again', () => {
  const text = 'const skip = "sk-learn"; // see https://example.com/a:b and task-force-delta; Basic training\n'
  expect(redaction([secret])(text)).toBe(text)
  const once = redaction([secret])(`Bearer ${secret} https://u:${encodeURIComponent(secret)}@h`)
  expect(redaction([secret])(once)).toBe(once)
})

test('only what is known is taken out of what is carried out as it is', () => {
  expect(knownRedaction([secret])(`sk-proj-abcdefghij0123456789 ${secret}`)).toBe(
    'sk-proj-abcdefghij0123456789 [redacted]',
  )
})

test('an environment tells its secrets by their names; plain words, paths and short values are none', () => {
  const env = {
    OPENAI_API_KEY: 'k-1234567890',
    MY_SECRET_CANARY: 'Zq81-kkkk',
    PGPASSWORD: 'correct horse',
    DATABASE_URL: 'postgres://u:p4ssw0rd!@localhost/x',
    LOCAL_URL: 'postgres://postgres:postgres@localhost/x',
    SSH_AUTH_SOCK: '/tmp/ssh-1/agent.1',
    GIT_AUTHOR_NAME: 'Ada Lovelace',
    TOKEN: 'short',
    API_KEY_FILE: '/run/keys/api',
    AUTH: 'required',
    PATH: '/usr/bin',
  }
  expect(secretsOf(env)).toEqual(['k-1234567890', 'Zq81-kkkk', 'correct horse', 'p4ssw0rd!'])
})

test('a secret that lies across the border of two chunks never passes', () => {
  const text = `one ${secret} two\n-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\nend ${secret}`
  const whole = redaction([secret])(text)
  for (let size = 1; size < text.length; size += 3) {
    const stream = redactedStream(redaction([secret]))
    const pieces = text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g'))!
    expect(pieces.map((piece) => stream.push(piece)).join('') + stream.end()).toBe(whole)
  }
})

test('a line without end is passed on in parts, a secret within it still redacted', () => {
  const stream = redactedStream(redaction([secret]))
  const filler = 'x'.repeat(1000)
  let out = ''
  for (let n = 0; n < 100; n++) {
    const piece = `${filler} ${n % 7 === 0 ? secret : ''} `
    out += stream.push(piece.slice(0, 1005)) + stream.push(piece.slice(1005))
  }
  expect(out.length).toBeGreaterThan(30_000)
  out += stream.end()
  expect(out).not.toContain('canary')
  expect(out.match(/\[redacted\]/g)).toHaveLength(15)
})

test('no text takes long, however it is made up', () => {
  const redact = redaction([secret])
  const beginnings = [
    'a.',
    'a-',
    'a+',
    'sk-',
    'sk-a',
    'eyJ-',
    'eyJaaaaaaaa.',
    'Bearer ',
    'a://',
    'a://b',
    '-----BEGIN ',
  ]
  const started = performance.now()
  for (const beginning of beginnings) redact(beginning.repeat(100_000))
  for (const start of ['sk-', 'a://b:', 'eyJ']) redact(start + 'a-'.repeat(100_000))
  // Some 100 ms; with a pattern that begins again at every place it is minutes.
  expect(performance.now() - started).toBeLessThan(10_000)
})
