// Installs the packages of those whom the bench compares, beside this file. Quick when that is done.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const folder = import.meta.dirname
const stamp = path.join(folder, 'node_modules', '.installed')
const LONGEST_MS = 10 * 60_000

/** Throws when the registry cannot be reached, say: what was installed before serves on. */
export async function installPeers(): Promise<void> {
  if (isInstalled()) return
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--prefer-offline', '--loglevel=error'], {
      cwd: folder,
      env: { ...process.env, PATH: pathOfNpm() },
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      timeout: LONGEST_MS,
    })
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string }
    const words = stderr.trim().split('\n').slice(-3).join(' ') || message
    throw new Error(`the packages of the others could not be installed: ${words}`)
  }
  writeFileSync(stamp, wanted())
  checkTypes()
}

// The gate does without these packages, and so cannot check the files that import them.
function checkTypes() {
  const tsc = path.join(folder, '../node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  if (status) console.error(stdout)
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

/** Without the Node that comes with the clone: npm reads the machine's settings (its certificates, say) beside its own. */
const pathOfNpm = () =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((entry) => !/node_modules.\.bin$/.test(entry))
    .join(path.delimiter)
