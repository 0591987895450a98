import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Processes whose environment or command line names the folder, as `<pid> <command line>`; Linux only, else []. */
export function processesOf(folder: string): string[] {
  if (!existsSync('/proc/self/environ')) return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const read = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'latin1')
      try {
        const command = read('cmdline')
        return `${command}${read('environ')}`.includes(folder) ? [`${pid} ${command.replaceAll('\0', ' ')}`] : []
      } catch {
        return [] // gone meanwhile, or somebody else's
      }
    })
}

/** Worktrees and checkouts that a finished directive should not have left. */
export function foldersLeft(home: string, library?: string): string[] {
  const inside = (name: string) => {
    const folder = path.join(home, name)
    return existsSync(folder) ? readdirSync(folder).map((each) => path.join(name, each)) : []
  }
  const listed = library
    ? execFileSync('git', ['-C', library, 'worktree', 'list', '--porcelain'], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.startsWith('worktree '))
        .slice(1)
    : []
  // A process's own folder for temporary files goes with the start of the next one; it must be empty, though.
  const temporary = inside('tmp').flatMap(inside)
  return [...inside('worktrees'), ...inside('checkouts'), ...temporary, ...listed]
}
