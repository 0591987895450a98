import { expect, test } from 'vitest'
import { readEnvironment } from '../../cli/environment.ts'

const url = 'https://example.org/hook'

test('nobody is told by default', () => {
  expect(readEnvironment({})).toMatchObject({ notifications: [], privateHosts: [] })
})

test('a process names whom to tell by its variables, and directives learn only the variables’ names', () => {
  const secret = `whsec_${'c2VjcmV0'.repeat(4)}`
  const { notifications } = readEnvironment({
    ADJUTANT_WEBHOOK_URL: url,
    ADJUTANT_WEBHOOK_SECRET: secret,
    ADJUTANT_SLACK_URL: url,
  })
  expect(notifications).toMatchObject([
    { kind: 'webhook', urlEnv: 'ADJUTANT_WEBHOOK_URL', secretEnv: 'ADJUTANT_WEBHOOK_SECRET' },
    { kind: 'slack', urlEnv: 'ADJUTANT_SLACK_URL' },
  ])
  expect(JSON.stringify(notifications)).not.toContain('example.org')
  expect(readEnvironment({ ADJUTANT_WEBHOOK_URL: url }).notifications[0]).not.toHaveProperty('secretEnv')
})

test('private hosts are a list', () => {
  const { privateHosts } = readEnvironment({ ADJUTANT_PRIVATE_HOSTS: 'localhost, 10.0.0.5:8080,  hooks.lan ' })
  expect(privateHosts).toEqual(['localhost', '10.0.0.5:8080', 'hooks.lan'])
})

test('what makes no sense is named before anything starts', () => {
  const read = () =>
    readEnvironment({ ADJUTANT_WEBHOOK_URL: 'x', ADJUTANT_SLACK_URL: 'y', ADJUTANT_WEBHOOK_SECRET: 'plain' })
  expect(read).toThrow(/ADJUTANT_WEBHOOK_URL must be a URL.*ADJUTANT_WEBHOOK_SECRET must begin with whsec_/)
})
