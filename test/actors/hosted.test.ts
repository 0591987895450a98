import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { sweepDeadOwners } from '../../actors/process/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { adjutantIn, git, repositoryWith } from './repositories.ts'
import { eventually, processesWith, sandbox } from './sandbox.ts'

let database: TestDatabase | undefined
const hosts: ChildProcess[] = []
let hostsHome = ''

afterEach(async () => {
  for (const host of hosts.splice(0)) {
    if (host.exitCode === null && host.kill('SIGKILL')) await once(host, 'exit')
  }
  await sweepDeadOwners(hostsHome)
  await database?.drop()
  database = undefined
})

function startHost(home: string, input: object) {
  const host = join(import.meta.dirname, 'fixtures/host.ts')
  const child = spawn(process.execPath, [host, database?.url ?? '', home, JSON.stringify(input)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  hosts.push(child)
  return { child, output: text(child.stdout) }
}

test('a contract whose process is SIGKILLed is carried out by the next one, alone in its workspace', async () => {
  database = await createTestDatabase()
  const { run, home } = adjutantIn()
  hostsHome = home
  const path = repositoryWith({ 'a.txt': 'a' })
  const contractId = `d1.build-${process.pid}`
  const step = { directiveId: 'd1', contractId, step: 'build', generation: 1, attempt: 1, freshBase: false }
  const workspace = await run('workspace', { ...step, repository: { path, baseRef: 'HEAD', setup: [], copy: [] } })
  const outside = sandbox()
  const starts = () =>
    existsSync(join(outside, 'starts')) ? readFileSync(join(outside, 'starts'), 'utf8').split('\n').length - 1 : 0
  const script = `setsid sleep 4740 & echo x >> ${outside}/starts; while [ ! -e ${outside}/go ]; do sleep 0.05; done; echo done >> out.txt`
  const input = {
    directiveId: 'd1',
    contract: {
      id: contractId,
      name: 'Build',
      type: 'implement',
      step: 'build',
      stepType: 'implement',
      generation: 1,
      attempt: 1,
      phases: ['execute'],
      phase: 'execute',
      goal: '',
      plan: '',
      instructions: null,
      executor: { kind: 'command', shell: script },
      requirements: [],
      acceptanceCriteria: [],
    },
    workspace: { path: workspace.path, branch: workspace.branch, baseCommit: workspace.baseCommit },
    session: null,
    timeoutMs: 60_000,
    idleMs: null,
    budgetUsd: null,
    concluded: null,
  }
  const ofContract = () => processesWith('ADJUTANT_CONTRACT', (id) => id === contractId)

  const first = startHost(home, input)
  await eventually(() => expect(starts()).toBe(1), 20_000)
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  expect(
    ofContract().filter((line) => / sleep 4740 $/.test(line)),
    'orphans are left',
  ).toHaveLength(1)

  const second = startHost(home, input)
  await eventually(() => expect(starts()).toBe(2), 20_000)
  expect(
    ofContract().filter((line) => / sleep 4740 $/.test(line)),
    'only those of the second',
  ).toHaveLength(1)
  writeFileSync(join(outside, 'go'), '')
  const output = JSON.parse(await second.output)
  expect(output).toMatchObject({
    outcome: 'delivered',
    evidence: { modifiedFiles: ['out.txt'], diffStat: { insertions: 1 } },
  })
  expect(git(path, 'show', 'adjutant/d1/steps/build-g1:out.txt')).toBe('done')
  expect(ofContract()).toEqual([])
}, 60_000)
