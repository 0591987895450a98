// What goes wrong in real life, each once, through the command line. Others have tests nearer to where they are dealt with:
// daemons by setsid, SIGTERM ignored and a gigabyte of output in test/actors/process/run.test.ts, silent and babbling agents
// in misbehaving-agents.test.ts, the killed server in embedded-killed.test.ts.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { git, thinking } from '../support/thinking.ts'
import { foldersLeft, processesOf } from '../sweep/leftovers.ts'

vi.setConfig({ testTimeout: 180_000 })

const step = (name: string, shell: string, more: object = {}) => ({
  name,
  type: 'implement',
  description: `${name} is done`,
  contract: { executor: { kind: 'command', shell } },
  verifiers: [],
  ...more,
})

const bare = { requirements: [], acceptanceCriteria: [] }

test('a fork bomb of 200 that ignores SIGTERM is ended with all of them, and the work is handed back', async () => {
  const world = await thinking()
  // Each starts two more until there are 200, and says so: silence begins with the last. None ends by itself.
  const bomb = join(world.folder, 'bomb.sh')
  const counted = join(world.folder, 'counted')
  writeFileSync(
    bomb,
    `trap '' TERM HUP INT
echo x >> ${counted}; echo one more
[ $(wc -l < ${counted}) -lt 200 ] && { setsid sh ${bomb} & sh ${bomb} & }
sleep 4811 & wait
sleep 4811
`,
  )
  const executor = {
    kind: 'command',
    shell: `[ -e ${counted} ] || exec sh ${bomb}; echo done > bomb.txt`,
    idleSeconds: 3,
  }
  const chain = { name: 'bomb', steps: [step('bomb', '', { contract: { executor } })] }
  const { code, stdout, stderr } = await world.adjutant('run', world.directive({ ...bare, chain }))
  expect([code, stderr], stdout).toEqual([0, ''])
  const { id, steps } = await world.shown()
  expect(steps).toMatchObject([{ state: 'passed', reworkCount: 1 }])
  expect(git(world.repository, 'show', `adjutant/${id}/result:bomb.txt`)).toBe('done')
  expect(readFileSync(counted, 'utf8').length / 2).toBeGreaterThanOrEqual(200)
  expect(processesOf('sleep\u00004811')).toEqual([])
  expect(processesOf(bomb)).toEqual([])
  expect(foldersLeft(world.home, world.repository)).toEqual([])
})

test('a verifier that hangs and ignores SIGTERM is a red one, and is told to whoever works on it again', async () => {
  const world = await thinking()
  const hangs = `trap '' TERM; [ -e patient ] || { sleep 4812; sleep 4812; }`
  const verifiers = [{ name: 'hangs', argv: ['sh', '-c', hangs], weight: 1, required: true, timeoutSeconds: 1 }]
  const work = 'if [ -e tried ]; then cp "$ADJUTANT_CONTRACT_FILE" patient; else touch tried; fi'
  const chain = { name: 'hanging', steps: [step('work', work, { verifiers })] }
  const { code, stdout, stderr } = await world.adjutant('run', world.directive({ ...bare, chain }))
  expect([code, stderr], stdout).toEqual([0, ''])
  expect(stdout).toMatch(/work +is red[\s\S]*work +starts, attempt 2[\s\S]*work +is passed/)
  const { id } = await world.shown()
  const told = JSON.parse(git(world.repository, 'show', `adjutant/${id}/result:patient`))
  expect(told.instructions).toMatch(/hangs[\s\S]*was ended after 1 s/)
  expect(processesOf('sleep\u00004812')).toEqual([])
})

test('a repository that is moved away midway blocks its steps in words, and they go on once it is back', async () => {
  const world = await thinking()
  const away = join(world.folder, 'elsewhere')
  const chain = {
    name: 'moving',
    steps: [
      step('first', 'echo first > first.txt'),
      step(
        'second',
        `[ -e ${away}-was ] || { touch ${away}-was; mv ${world.repository} ${away}; }; echo second > second.txt`,
        {
          dependsOn: ['first'],
        },
      ),
    ],
  }
  const stopped = await world.adjutant('run', world.directive({ ...bare, chain }))
  expect(stopped.code, stopped.stdout + stopped.stderr).toBe(3)
  expect(stopped.stdout).toContain(world.repository)
  const { id, steps } = await world.shown()
  expect(steps.map(({ state }: { state: string }) => state)).toEqual(['passed', 'blocked'])

  renameSync(away, world.repository)
  const retried = await world.adjutant('step', 'retry', id, 'second')
  expect(retried.code, retried.stderr).toBe(0)
  const ended = await world.adjutant('run', id)
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(git(world.repository, 'show', `adjutant/${id}/result:first.txt`)).toBe('first')
  expect(git(world.repository, 'show', `adjutant/${id}/result:second.txt`)).toBe('second')
  expect(foldersLeft(world.home, world.repository)).toEqual([])
})

// All of them to the end take minutes: HARD_CASES=full npx vitest run test/scenarios/hard-cases.test.ts
test('a file of 5,000 steps is checked, planned, worked on, shown and left', async () => {
  const world = await thinking()
  const whole = process.env.HARD_CASES === 'full'
  const steps = Array.from({ length: 5_000 }, (_, i) => ({
    name: `step-${i}`,
    type: 'operate',
    description: `One of many, ${i}`,
    dependsOn: i === 0 ? [] : ['step-0'],
    contract: { executor: { kind: 'noop' } },
    verifiers: [],
  }))
  const limits = { maxParallelSteps: 32 }
  const file = join(world.folder, 'many.json')
  const chain = { name: 'many', steps }
  writeFileSync(file, JSON.stringify({ title: 'Many', goal: 'all of them', autonomy: 'full_auto', limits, chain }))
  const checked = await world.adjutant('check', file)
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining('5000 steps')])

  const running = world.start('run', file)
  const passed = () => running.stdout().match(/is passed$/gm)?.length ?? 0
  if (whole) await eventually(() => expect(passed()).toBe(5_000), 1_500_000)
  else {
    await eventually(() => expect(passed()).toBeGreaterThan(20), 300_000)
    running.kill('SIGINT')
  }
  expect((await running.ended).code).toBe(whole ? 0 : 130)
  expect((await world.shown()).steps).toHaveLength(5_000)
}, 1_600_000)
