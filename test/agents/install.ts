// Installs the agents' command lines that the tests run, beside this file. Quick when that is done. `npm run agents`.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const folder = import.meta.dirname
const modules = path.join(folder, 'node_modules')
const stamp = path.join(modules, '.installed')
const lock = path.join(folder, '.installing')

/** Some 350 MB are fetched; a lock older than this is of a run that was killed. */
const longestMs = 10 * 60_000

/** The folder with the programs, after installing them if the lock file asks for others than are there. */
export async function installAgents(): Promise<string> {
  for (;;) {
    if (isInstalled()) return path.join(modules, '.bin')
    if (takeLock()) break
    await pause(200)
  }
  try {
    if (!isInstalled()) install()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
  return path.join(modules, '.bin')
}

const wanted = () =>
  createHash('sha256')
    .update(readFileSync(path.join(folder, 'package-lock.json')))
    .digest('hex')

function isInstalled(): boolean {
  try {
    return readFileSync(stamp, 'utf8') === wanted()
  } catch {
    return false
  }
}

function takeLock(): boolean {
  try {
    mkdirSync(lock)
    return true
  } catch {
    const taken = statSync(lock, { throwIfNoEntry: false })
    if (taken && Date.now() - taken.mtimeMs > longestMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

// Scripts stay off: two optional packages would be compiled for nothing. Claude Code's own only moves its program.
function install() {
  const run = (file: string, args: string[]) =>
    execFileSync(file, args, {
      cwd: folder,
      env: { ...process.env, PATH: pathOfNpm() },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: longestMs,
    })
  try {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'])
    run(process.execPath, ['node_modules/@anthropic-ai/claude-code/install.cjs'])
  } catch (error) {
    throw new Error(`the agents that the tests run could not be installed: ${wordsOf(error)}`)
  }
  writeFileSync(stamp, wanted())
}

/** Without the Node that comes with the clone: npm reads the machine's settings (its certificates, say) beside its own. */
const pathOfNpm = () =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((entry) => !/node_modules.\.bin$/.test(entry))
    .join(path.delimiter)

const wordsOf = (error: unknown): string => {
  const { stderr = '', message } = error as { stderr?: string; message: string }
  return stderr.trim().split('\n').slice(-5).join('\n') || message
}

if (process.argv[1] === import.meta.filename) console.log(`agents: ${await installAgents()}`)
