import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { createActivities } from '../../../actors/index.ts'
import { DirectiveFile, machines } from '../../../machines/index.ts'
import { createRuntime } from '../../../runtime/index.ts'
import { makeFolder } from '../../support/adjutant.ts'
import { createTestDatabase } from '../../support/database.ts'
import { eventually } from '../../support/eventually.ts'
import { chainOf, isThere, waitFor } from './stage.ts'

const host = new URL('../fixtures/directive-host.ts', import.meta.url).pathname

test('a crash repeats at most the one verifier that was running', { timeout: 120_000 }, async () => {
  const database = await createTestDatabase()
  const folder = makeFolder()
  const path = (name: string) => `${folder.path}/${name}`
  const lines = () => (isThere(path('log')) ? readFileSync(path('log'), 'utf8').trim().split('\n') : [])
  const verifier = (name: string, line = 'true') => ({ name, shell: `echo ${name} >> ${path('log')}; ${line}` })
  const slow = verifier('second', `echo $$ > ${path('pid')}; ${waitFor(path('may-end'))}`)
  const chain = chainOf({ name: 'one', verifiers: [verifier('first'), slow, verifier('third')] })
  const file = DirectiveFile.parse({ title: 'Try', goal: 'it works', chain })

  const activities = createActivities({ home: path('home'), env: { PATH: process.env.PATH } as never, graceMs: 500 })
  const options = { database: database.url, machines, activities, leaseMs: 2_000 }
  const begins = await createRuntime({ ...options, roles: ['turns'] })
  await begins.start()
  await begins.spawn('directive', { id: 'd', input: { id: 'd', file, createdAt: Date.now() } })
  await begins.send('d', { type: 'directive.start', at: Date.now() })
  await begins.close()

  const child = spawn(process.execPath, [host, database.url, path('home'), 'host'], { stdio: 'ignore' })
  const ended = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    await database.drop()
    folder.remove()
  })
  const pid = await eventually(() => {
    expect(lines()).toEqual(['first', 'second'])
    const pid = Number(readFileSync(path('pid'), 'utf8'))
    expect(pid).toBeGreaterThan(0)
    return pid
  }, 60_000)
  child.kill('SIGKILL')
  await ended

  const heir = await createRuntime({ ...options, name: 'host' })
  await heir.start()
  try {
    await eventually(() => expect(lines()).toEqual(['first', 'second', 'second']), 60_000)
    await eventually(() => expect(isThere(`/proc/${pid}/fd`)).toBe(false))
    writeFileSync(path('may-end'), '')
    await heir.waitFor('d', { matches: 'completed' }, { timeout: 60_000 })
    expect(lines()).toEqual(['first', 'second', 'second', 'third'])
    const { evaluation, reworkCount } = (await heir.snapshot('d', 'one-g1')).context
    expect(evaluation.programmatic.map(({ name, status }: any) => `${name} ${status}`)).toEqual([
      'first passed',
      'second passed',
      'third passed',
    ])
    expect([evaluation.level, reworkCount]).toEqual(['green', 0])
  } finally {
    await heir.close()
  }
})
