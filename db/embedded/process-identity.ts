import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * True when process `pid` lives and its command line contains every one of `texts`. A bare pid proves nothing after a crash:
 * the number may have been given to another program.
 */
export function isRunning(pid: number, ...texts: string[]): boolean {
  const line = commandLine(pid)
  return line !== '' && texts.every((text) => line.includes(text))
}

function commandLine(pid: number): string {
  if (!Number.isSafeInteger(pid) || pid <= 0) return ''
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      return '' // gone
    }
  }
  return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
}
