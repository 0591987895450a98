import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeHome } from '../support/embedded-home.ts'
import { runAdjutant, startAdjutant } from '../support/adjutant.ts'
import { eventually } from '../support/eventually.ts'
import { foldersLeft } from '../sweep/leftovers.ts'

const args = ['example', 'default']
const currentOf = (home: string) => JSON.parse(readFileSync(path.join(home, 'examples/default/current.json'), 'utf8'))
const git = (library: string, ...words: string[]) =>
  execFileSync('git', ['-C', library, ...words], { encoding: 'utf8' }).trimEnd()

test('the default example tells its story and ends with a result that passes its own tests', async () => {
  const home = makeHome()
  const { code, stdout, stderr } = await runAdjutant(args, { env: { ADJUTANT_HOME: home } })
  expect(stderr).toBe('')
  expect(code, stdout).toBe(0)
  const { id, folder } = currentOf(home)
  const library = path.join(folder, 'library')
  const branch = `adjutant/${id}/result`

  expect(stdout).toMatch(/slugify +is red[\s\S]*slugify +starts, attempt 2[\s\S]*slugify +is passed/)
  expect(stdout).toMatch(/truncate +is yellow[\s\S]*npx adjutant approve \S+:truncate-g1:approval-1/)
  expect(stdout).toContain('Nobody is asked in an example: it approves this itself.')
  expect(stdout).toContain(`git -C ${library} diff main...${branch}`)
  expect(stdout).toContain(`npx adjutant show ${id.slice(0, 13)}`)
  expect(stdout).toContain(`npx adjutant events ${id.slice(0, 13)}`)
  expect(stdout).toMatch(/Now your own: npx adjutant init path\/to\/your\/repository\n$/)

  // The person's branch and checkout are as they were; what is left over is gone.
  expect(git(library, 'log', '--format=%s', 'main')).toBe('tidy-text, which does not keep its word yet')
  expect(git(library, 'status', '--porcelain', '--branch')).toBe('## main')
  expect(foldersLeft(home, library)).toEqual([])

  git(library, 'checkout', '--quiet', '--detach', branch)
  const own = spawnSync(process.execPath, ['--test'], {
    cwd: library,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  })
  expect(own.status, own.stdout).toBe(0)
}, 180_000)

test('interrupted and started again it goes on with the same directive; finished, it starts a fresh one', async () => {
  const home = makeHome()
  const env = { ADJUTANT_HOME: home }
  const first = startAdjutant(args, { env })
  await eventually(() => expect(first.stdout()).toContain('survey       is passed'), 60_000)
  first.kill('SIGINT')
  expect((await first.ended).code).toBe(130)
  const { id } = currentOf(home)

  const second = await runAdjutant(args, { env })
  expect(second.stdout).toContain(`Going on with the unfinished directive ${id}.`)
  expect(second.stdout).not.toContain('survey       is passed')
  expect(second.code, second.stdout).toBe(0)

  const third = startAdjutant(args, { env })
  await eventually(() => expect(third.stdout()).toContain('survey       starts, attempt 1'), 60_000)
  third.kill('SIGINT')
  await third.ended
  expect(currentOf(home).id).not.toBe(id)
}, 240_000)
