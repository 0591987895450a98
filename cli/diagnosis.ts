import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { oldestGit } from '../actors/index.ts'
import { agentFindings } from './agent-diagnosis.ts'
import { databaseFindings } from './database-diagnosis.ts'
import type { Environment } from './environment.ts'
import { modelFindings } from './model-diagnosis.ts'
import { settingsFindings } from './settings-diagnosis.ts'

export type Finding = {
  subject: string
  status: 'ok' | 'warning' | 'problem'
  found: string
  /** What it means or what to do. */
  advice?: string
}

/** Looks at one thing after the other; each finding says what it means for the user. */
export async function* examine(environment: Environment): AsyncGenerator<Finding> {
  yield nodeFinding()
  yield await gitFinding()
  yield await homeFinding(environment.home)
  yield* settingsFindings(environment)
  yield* databaseFindings(environment)
  yield await portFinding(environment)
  yield* modelFindings(environment)
  yield* agentFindings(environment)
}

const oldestNode = [22, 18] as const

const isAtLeast = (version: string, [major, minor]: readonly [number, number]): boolean => {
  const [a = 0, b = 0] = version.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}

function nodeFinding(): Finding {
  const { node } = process.versions
  const found = `Node ${node} (${process.execPath})`
  if (isAtLeast(node, oldestNode)) return { subject: 'node', status: 'ok', found }
  return { subject: 'node', status: 'problem', found, advice: `Node ${oldestNode.join('.')} or newer is needed` }
}

async function gitFinding(): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'])
    const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0] ?? '0.0'
    const found = `git ${version}`
    if (isAtLeast(version, oldestGit)) return { subject: 'git', status: 'ok', found }
    return { subject: 'git', status: 'problem', found, advice: `git ${oldestGit.join('.')} or newer is needed` }
  } catch {
    const advice = 'directives without a repository run all the same; install git for the others'
    return { subject: 'git', status: 'problem', found: 'git is not on the PATH', advice }
  }
}

const leastFree = 1024 ** 3

async function homeFinding(home: string): Promise<Finding> {
  const subject = 'home'
  try {
    await mkdir(home, { recursive: true })
    const probe = join(home, `.doctor-${process.pid}`)
    await writeFile(probe, '')
    await rm(probe)
    const { bavail, bsize } = await statfs(home)
    const free = `${(Number(bavail * bsize) / 1024 ** 3).toFixed(1)} GB free`
    const found = `${home} (${free})`
    if (bavail * bsize >= leastFree) return { subject, status: 'ok', found }
    return {
      subject,
      status: 'warning',
      found,
      advice: 'worktrees and checkouts need room: `adjutant gc` says what can go; or set ADJUTANT_HOME elsewhere',
    }
  } catch (error) {
    const advice = 'set ADJUTANT_HOME to a folder that this account may write to'
    return { subject, status: 'problem', found: (error as Error).message, advice }
  }
}

async function portFinding({ host, port }: Environment): Promise<Finding> {
  const subject = 'port'
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    return { subject, status: 'ok', found: `${host}:${port} is free for \`adjutant serve\`` }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const found = `${host}:${port} ${code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${code})`}`
    const advice = 'fine if that is Adjutant itself; else choose another with ADJUTANT_PORT'
    return { subject, status: 'warning', found, advice }
  } finally {
    server.close()
  }
}
