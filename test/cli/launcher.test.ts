// cli/adjutant.mjs with a program of the test's own behind it, started by a Node that cannot run TypeScript.
import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = `
type Words = readonly string[]
export async function main(words: Words): Promise<number> {
  const asked = new Promise((done) => process.once('SIGTERM', done))
  console.log(JSON.stringify({ pid: process.pid, node: process.versions.node, words }))
  if (words[0] !== 'wait') return 7
  const alive = setInterval(() => {}, 1000)
  await asked
  clearInterval(alive)
  return 9
}
`

const versionOf = (node: string) => {
  try {
    return Number(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0])
  } catch {
    return Infinity
  }
}
const found = [
  process.env.npm_node_execpath,
  ...(process.env.PATH ?? '').split(delimiter).map((at) => join(at, 'node')),
]
const oldNode = found.find((node) => node && versionOf(node) < 22)

let root = ''
const started: ChildProcessWithoutNullStreams[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'launcher-'))
  await mkdir(join(root, 'cli'))
  await copyFile('cli/adjutant.mjs', join(root, 'cli/adjutant.mjs'))
  await writeFile(join(root, 'cli/main.ts'), program)
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
})
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  await rm(root, { recursive: true, force: true })
})

function launch(...words: string[]) {
  const child = spawn(oldNode ?? process.execPath, [join(root, 'cli/adjutant.mjs'), ...words])
  started.push(child)
  let [stdout, stderr] = ['', '']
  const said = new Promise<any>((tell) =>
    child.stdout.on('data', (text) => {
      stdout += text
      if (stdout.includes('\n')) tell(JSON.parse(stdout))
    }),
  )
  child.stderr.on('data', (text) => (stderr += text))
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, stderr }))
  return { child, said, ended }
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(!oldNode)('the launcher under an old Node', () => {
  const installed = () => symlink(resolve('node_modules'), join(root, 'node_modules'))

  it('runs the program under the Node of the lock file, with its words, without a warning', async () => {
    await installed()
    const { said, ended } = launch('show', 'some words')
    expect(await said).toMatchObject({ node: expect.stringMatching(/^24\./), words: ['show', 'some words'] })
    expect(await ended).toEqual({ code: 7, signal: null, stderr: '' })
  })

  it('passes SIGTERM on and waits for the program to end in its own way', async () => {
    await installed()
    const { child, said, ended } = launch('wait')
    const { pid } = await said
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 9, signal: null })
    expect(isRunning(pid)).toBe(false)
  })

  it('takes the program with it when it is killed', async () => {
    await installed()
    const { child, said, ended } = launch('wait')
    const { pid } = await said
    child.kill('SIGKILL')
    expect(await ended).toMatchObject({ signal: 'SIGKILL' })
    await expect.poll(() => isRunning(pid), { timeout: 60_000 }).toBe(false)
  })

  it('says which Node is needed when there is none', async () => {
    const { ended } = launch('show')
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^adjutant needs Node 22\.18 or newer; this is Node \d+\.\d+\.\d+\.\n$/)
  })
})

describe('the launcher under a Node that strips types', () => {
  it('runs the program itself, and says nothing of its own', async () => {
    const child = spawn(process.execPath, [join(root, 'cli/adjutant.mjs'), 'show'])
    started.push(child)
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (text) => (stdout += text))
    child.stderr.on('data', (text) => (stderr += text))
    const [code] = await once(child, 'close')
    expect({ code, stderr, pid: JSON.parse(stdout).pid }).toEqual({ code: 7, stderr: '', pid: child.pid })
  })
})
