import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * Whether this process may read from its terminal and change its settings: one that runs in the background is stopped for
 * trying. True where there is no job control.
 */
export function inForeground(): boolean {
  const { group, foreground } = process.platform === 'linux' ? fromProc() : fromPs()
  return foreground <= 0 || group === foreground
}

// The second field is the program's name in parentheses and may itself hold blanks and parentheses.
function fromProc() {
  const status = readFileSync('/proc/self/stat', 'latin1')
  const [, , group, , , foreground] = status.slice(status.lastIndexOf(')') + 2).split(' ')
  return { group: Number(group), foreground: Number(foreground) }
}

function fromPs() {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' })
  const [group = 0, foreground = 0] = (stdout ?? '').trim().split(/\s+/).map(Number)
  return { group, foreground }
}
